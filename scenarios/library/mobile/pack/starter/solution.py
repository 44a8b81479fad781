"""Skeleton of a submission: every app gets the share of malware in training.

Usage: python3 solution.py INPUT_DIR OUTPUT_DIR
"""

import csv
import json
import sys
from pathlib import Path


def read_apps(path):
    """Yields one dict per app; see the data page for its fields."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def train(apps):
    """Returns a model. This is where your work goes."""
    labels = [app["label"] for app in apps]
    return sum(labels) / max(len(labels), 1)


def score(model, app):
    """Returns how likely the app is malware, between 0 and 1. And here."""
    return model


def main(source, target):
    model = train(read_apps(Path(source) / "train" / "apps.jsonl"))
    Path(target).mkdir(parents=True, exist_ok=True)
    with open(Path(target) / "scores.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "score"])
        for app in read_apps(Path(source) / "test" / "apps.jsonl"):
            writer.writerow([app["id"], score(model, app)])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
