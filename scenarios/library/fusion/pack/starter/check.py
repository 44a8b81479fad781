"""Local check: is clusters.csv well formed, and what would it score?

Usage: python3 check.py CLUSTERS.csv TRUTH.csv

Prints B-cubed F1 (Bagga and Baldwin, 1998), pairwise F1 and V-measure
(Rosenberg and Hirschberg, 2007), the three numbers of the leaderboard.
Exit code 1 means that the platform would refuse the file.
"""

import csv
import math
import sys
from collections import Counter


def read(path):
    """Returns id -> cluster and stops at the first line that is not valid."""
    clusters = {}
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        if header != ["id", "cluster"]:
            sys.exit(f"{path}: line 1: the columns must be id,cluster, not {','.join(header)}")
        for row in rows:
            if len(row) != 2 or not row[0] or not row[1]:
                sys.exit(f"{path}: line {rows.line_num}: expected an id and a cluster, both filled in")
            if row[0] in clusters:
                sys.exit(f"{path}: line {rows.line_num}: id {row[0]} appears twice")
            clusters[row[0]] = row[1]
    return clusters


def harmonic(a, b):
    return 2 * a * b / (a + b) if a + b else 0.0


def scores(truth, predicted):
    total = len(truth)
    both = Counter((truth[i], predicted[i]) for i in truth)
    classes, clusters = Counter(truth.values()), Counter(predicted[i] for i in truth)
    precision = sum(n * n / clusters[k] for (_, k), n in both.items()) / total
    recall = sum(n * n / classes[c] for (c, _), n in both.items()) / total

    def pairs(counter):
        return sum(n * (n - 1) // 2 for n in counter.values())

    def entropy(counter):
        return -sum(n / total * math.log(n / total) for n in counter.values())

    mutual = entropy(classes) + entropy(clusters) - entropy(both)
    homogeneity = mutual / entropy(classes) if entropy(classes) else 1.0
    completeness = mutual / entropy(clusters) if entropy(clusters) else 1.0
    return {
        "bcubed_f1": harmonic(precision, recall),
        "pairwise_f1": harmonic(pairs(both) / max(pairs(clusters), 1), pairs(both) / max(pairs(classes), 1)),
        "v_measure": harmonic(homogeneity, completeness),
    }


def main(submission, reference):
    predicted, truth = read(submission), read(reference)
    missing, unknown = truth.keys() - predicted.keys(), predicted.keys() - truth.keys()
    if missing or unknown:
        sys.exit(f"{submission}: {len(missing)} ids are missing and {len(unknown)} are unknown, e.g. "
                 f"{', '.join(sorted(missing | unknown)[:3])}")
    for name, value in scores(truth, predicted).items():
        print(f"{name} {value:.4f}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
