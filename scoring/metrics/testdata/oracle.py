#!/usr/bin/env python3
"""Answers with what scikit-learn, or plain numpy, says a metric is.

Reads one JSON object a line from standard input: metric, params, truth and
guess (lists). Writes one JSON object a line: value, or error.
"""
import json
import sys
import warnings

import numpy as np
from sklearn import metrics as sk

warnings.filterwarnings("ignore")


def averaged(function):
    def value(truth, guess, params):
        extra = {"beta": float(params.get("beta", 2))} if function is sk.fbeta_score else {}
        return function(truth, guess, average=params.get("average", "binary"),
                        pos_label=params.get("positive", "1"), zero_division=0, **extra)
    return value


def labels(function):
    return lambda truth, guess, params: function(truth, guess)


def scores(function):
    """For metrics of scores: truth as 0 and 1."""
    def value(truth, guess, params):
        positive = params.get("positive", "1")
        return function(np.array([int(t == positive) for t in truth]), np.array(guess, dtype=float), params)
    return value


def average_precision(truth, guess, params):
    if not truth.any():
        raise ValueError("no positive")
    return sk.average_precision_score(truth, guess)


def tpr_at_fpr(truth, guess, params):
    if truth.all() or not truth.any():
        raise ValueError("one class")
    best = 0.0
    for threshold in np.unique(guess):
        chosen = guess >= threshold
        if chosen[truth == 0].mean() <= float(params.get("alpha", 0.001)):
            best = max(best, chosen[truth == 1].mean())
    return best


def log_loss(truth, guess, params):
    return sk.log_loss(truth, guess, labels=[0, 1])


def together(names):
    names = np.array(names)
    return names[:, None] == names[None, :]


def bcubed(truth, guess):
    """Item by item from the definition, with full matrices of who is with whom."""
    t, g = together(truth), together(guess)
    both = (t & g).sum(axis=1)
    return (both / g.sum(axis=1)).mean(), (both / t.sum(axis=1)).mean()


def pairwise(truth, guess):
    upper = np.triu(np.ones((len(truth), len(truth)), dtype=bool), k=1)
    t, g = together(truth) & upper, together(guess) & upper
    both, belong, put = (t & g).sum(), t.sum(), g.sum()
    precision = both / put if put else float(belong == 0)
    recall = both / belong if belong else float(put == 0)
    return precision, recall


def pair(function, pick):
    def value(truth, guess, params):
        p, r = function(truth, guess)
        return (p, r, 2 * p * r / (p + r) if p + r else 0.0)[pick]
    return value


METRICS = {
    "accuracy": labels(sk.accuracy_score),
    "balanced_accuracy": labels(sk.balanced_accuracy_score),
    "mcc": labels(sk.matthews_corrcoef),
    "precision": averaged(sk.precision_score),
    "recall": averaged(sk.recall_score),
    "f1": averaged(sk.f1_score),
    "fbeta": averaged(sk.fbeta_score),
    "roc_auc": scores(lambda t, g, p: sk.roc_auc_score(t, g)),
    "average_precision": scores(average_precision),
    "tpr_at_fpr": scores(tpr_at_fpr),
    "log_loss": scores(log_loss),
    "brier": scores(lambda t, g, p: sk.brier_score_loss(t, g, pos_label=1)),
    "homogeneity": labels(sk.homogeneity_score),
    "completeness": labels(sk.completeness_score),
    "v_measure": lambda t, g, p: sk.v_measure_score(t, g, beta=float(p.get("beta", 1))),
    "adjusted_rand": labels(sk.adjusted_rand_score),
    "bcubed_precision": pair(bcubed, 0),
    "bcubed_recall": pair(bcubed, 1),
    "bcubed_f1": pair(bcubed, 2),
    "pairwise_precision": pair(pairwise, 0),
    "pairwise_recall": pair(pairwise, 1),
    "pairwise_f1": pair(pairwise, 2),
}


def main():
    for line in sys.stdin:
        case = json.loads(line)
        try:
            value = METRICS[case["metric"]](case["truth"], case["guess"], case.get("params") or {})
            answer = {"value": float(value)}
        except ValueError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
