"""Scores one prediction with scikit-learn, for comparison with the platform.

Usage: python3 oracle.py AREA TRUTH PREDICTION [raw_events]
Prints one JSON object: metric to value. What scikit-learn lacks (events, B-cubed,
the threshold at a false positive rate) is plain arithmetic, written without a
look at the platform's code.
"""

import csv
import json
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from fractions import Fraction

import numpy as np
from sklearn import metrics


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def joined(truth, prediction, left, right):
    by_id = {row["id"]: row[right] for row in prediction}
    return [row[left] for row in truth], [by_id[row["id"]] for row in truth]


def fusion(truth, prediction):
    t, p = joined(truth, prediction, "cluster", "cluster")
    (_, fp), (fn, tp) = metrics.cluster.pair_confusion_matrix(t, p)
    table_ = metrics.cluster.contingency_matrix(t, p)
    n = table_.sum()
    precision = (table_**2 / table_.sum(axis=0, keepdims=True)).sum() / n
    recall = (table_**2 / table_.sum(axis=1, keepdims=True)).sum() / n
    return {
        "bcubed_f1": 2 * precision * recall / (precision + recall),
        "pairwise_f1": 2 * tp / (2 * tp + fp + fn),
        "v_measure": metrics.v_measure_score(t, p),
    }


def mobile(truth, prediction):
    t, p = joined(truth, prediction, "label", "score")
    y, s = np.array(t, dtype=int), np.array(p, dtype=float)
    best = 0.0
    for threshold in np.unique(s):
        if (s[y == 0] >= threshold).mean() <= 0.001:
            best = max(best, float((s[y == 1] >= threshold).mean()))
    return {"roc_auc": metrics.roc_auc_score(y, s), "tpr_at_fpr": best}


def seconds(text):
    """Exact: a double holds today's epoch seconds to a fraction of a microsecond only."""
    since = datetime.fromisoformat(text.replace("Z", "+00:00")) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return Fraction(since // timedelta(microseconds=1), 1_000_000)


def same(a, b):
    return a == b or a.startswith(b + ".") or b.startswith(a + ".")


def awareness(truth, prediction, raw_events, tolerance=300, steps_needed=3, horizon=86400):
    steps = [(r["incident"], r["host"].lower(), r["technique"], seconds(r["start"]), seconds(r["end"])) for r in truth]
    alerts = [(seconds(r["time"]), r["host"].lower(), r["technique"]) for r in prediction]
    by_host = defaultdict(list)
    for i, step in enumerate(steps):
        by_host[step[1]].append(i)
    first, matched = {}, 0
    for when, host, technique in sorted(alerts):
        hits = [i for i in by_host[host]
                if same(technique, steps[i][2]) and steps[i][3] <= when <= steps[i][4] + tolerance]
        matched += bool(hits)
        for i in hits:
            first.setdefault(i, when)
    incidents = sorted({s[0] for s in steps})
    detected, delays = 0, []
    for incident in incidents:
        own = [i for i, s in enumerate(steps) if s[0] == incident]
        times = sorted(first[i] for i in own if i in first)
        needed = min(steps_needed, len(own))
        if len(times) >= needed:
            detected += 1
            delays.append(min(times[needed - 1] - min(steps[i][3] for i in own), horizon))
        else:
            delays.append(horizon)
    false = len(alerts) - matched
    recall, precision = detected / len(incidents), len(first) / (len(first) + false) if alerts else 0.0
    return {
        "incident_recall": recall,
        "alert_precision": precision,
        "event_f1": 2 * recall * precision / (recall + precision) if recall + precision else 0.0,
        "mean_time_to_detect": sum(delays) / len(delays),
        "alert_reduction": max(0.0, 1 - len(alerts) / raw_events),
    }


def main(area, truth, prediction, raw_events="1"):
    truth, prediction = table(truth), table(prediction)
    if area == "awareness":
        result = awareness(truth, prediction, float(raw_events))
    else:
        result = {"fusion": fusion, "mobile": mobile}[area](truth, prediction)
    print(json.dumps({name: float(value) for name, value in result.items()}))


main(*sys.argv[1:])
