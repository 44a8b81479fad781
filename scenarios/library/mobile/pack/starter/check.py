"""Local check: is scores.csv well formed, and what would it score?

Usage: python3 check.py SCORES.csv TRUTH.csv

Prints ROC-AUC, TPR at FPR <= 0.001 and AUT, the three numbers of the
leaderboard, and then F1 month by month, which is what AUT sums up.
Exit code 1 means that the platform would refuse the file.
"""

import csv
import math
import sys
from collections import defaultdict

ALPHA, THRESHOLD = 0.001, 0.5


def table(path, columns):
    """Returns id -> the other columns and stops at the first line that is not valid."""
    rows = {}
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if header != columns:
            sys.exit(f"{path}: line 1: the columns must be {','.join(columns)}, not {','.join(header)}")
        for row in reader:
            if len(row) != len(columns) or not all(row):
                sys.exit(f"{path}: line {reader.line_num}: expected {len(columns)} fields, all filled in")
            if row[0] in rows:
                sys.exit(f"{path}: line {reader.line_num}: id {row[0]} appears twice")
            rows[row[0]] = row[1:]
    return rows


def number(path, name, text):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        sys.exit(f"{path}: the score of {name} is {text!r}, which is not a finite number")
    return value


def curve(pairs):
    """Yields (true positives, false positives) down the scores, ties together."""
    groups = defaultdict(lambda: [0, 0])
    for score, label in pairs:
        groups[score][label] += 1
    tp = fp = 0
    for score in sorted(groups, reverse=True):
        yield tp, fp, *groups[score]
        tp, fp = tp + groups[score][1], fp + groups[score][0]


def roc_auc(pairs):
    positives = sum(label for _, label in pairs)
    area = sum(neg * (tp + pos / 2) for tp, _, neg, pos in curve(pairs))
    return area / positives / (len(pairs) - positives)


def tpr_at_fpr(pairs):
    positives = sum(label for _, label in pairs)
    best = 0
    for tp, fp, neg, pos in curve(pairs):
        if (fp + neg) / (len(pairs) - positives) > ALPHA:
            break
        best = tp + pos
    return best / positives


def f1(pairs):
    tp = sum(label for score, label in pairs if score >= THRESHOLD)
    flagged = sum(score >= THRESHOLD for score, _ in pairs)
    positives = sum(label for _, label in pairs)
    return 2 * tp / (flagged + positives) if flagged + positives else 0.0


def main(submission, reference):
    scores = table(submission, ["id", "score"])
    truth = table(reference, ["id", "label", "time"])
    missing, unknown = truth.keys() - scores.keys(), scores.keys() - truth.keys()
    if missing or unknown:
        sys.exit(f"{submission}: {len(missing)} ids are missing and {len(unknown)} are unknown, e.g. "
                 f"{', '.join(sorted(missing | unknown)[:3])}")
    windows = defaultdict(list)
    for name, (label, time) in truth.items():
        windows[time].append((number(submission, name, scores[name][0]), int(label)))
    pairs = [pair for window in windows.values() for pair in window]
    negatives = sum(1 - label for _, label in pairs)
    if 0 < negatives < len(pairs):
        print(f"roc_auc {roc_auc(pairs):.4f}")
        print(f"tpr_at_fpr {tpr_at_fpr(pairs):.4f}")
    course = [f1(windows[time]) for time in sorted(windows)]
    if len(course) > 1:
        print(f"aut {sum((a + b) / 2 for a, b in zip(course, course[1:])) / (len(course) - 1):.4f}")
    for time, value in zip(sorted(windows), course):
        print(f"f1 of {time} {value:.4f}")
    if negatives < 1 / ALPHA:
        print(f"warning: {negatives} negatives cannot resolve a false positive rate of {ALPHA}", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
