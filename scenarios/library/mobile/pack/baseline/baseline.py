"""Baseline: naive Bayes over requested permissions.

Usage: python3 baseline.py INPUT_DIR OUTPUT_DIR

It learns from INPUT_DIR/train/apps.jsonl, scores INPUT_DIR/test/apps.jsonl and
writes OUTPUT_DIR/scores.csv. The score is the posterior probability of malware
under a Bernoulli model with add-one smoothing. Calls, components, certificates
and time are not used. Without both classes in training every score is 0.5.
"""

import csv
import json
import math
import sys
from collections import Counter
from pathlib import Path


def apps(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def train(path):
    """Returns (log prior odds, {permission: (log odds if present, if absent)})."""
    total, counts = [0, 0], [Counter(), Counter()]
    for app in apps(path):
        label = app["label"]
        total[label] += 1
        counts[label].update(set(app["permissions"]))
    if not all(total):
        return 0.0, {}
    weights = {}
    for permission in sorted(counts[0] | counts[1]):
        good, bad = ((counts[k][permission] + 1) / (total[k] + 2) for k in (0, 1))
        weights[permission] = (math.log(bad / good), math.log((1 - bad) / (1 - good)))
    return math.log(total[1] / total[0]), weights


def score(app, prior, weights):
    present = set(app["permissions"])
    odds = prior + sum(yes if permission in present else no for permission, (yes, no) in weights.items())
    return 1 / (1 + math.exp(-max(min(odds, 500), -500)))


def main(source, target):
    prior, weights = train(Path(source) / "train" / "apps.jsonl")
    Path(target).mkdir(parents=True, exist_ok=True)
    with open(Path(target) / "scores.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "score"])
        for app in apps(Path(source) / "test" / "apps.jsonl"):
            writer.writerow([app["id"], repr(score(app, prior, weights))])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
