"""Thresholds by SciPy, scikit-learn and brute force. Writes decide.json.

    python test/golden/decide.py
"""

import json
from itertools import product
from pathlib import Path

import numpy as np
from scipy.special import logsumexp
from scipy.stats import binom, binomtest
from sklearn.metrics import fbeta_score

rng = np.random.default_rng(5)
n, classes = 400, 3
labels = rng.integers(0, classes, n)
logits = rng.normal(size=(n, classes)) * 1.5
logits[np.arange(n), labels] += 2.0
# Half-steps, so that many log-odds are tied.
logits = np.round(logits * 2) / 2
positive = [1, 2]
truth = np.isin(labels, positive).astype(int)
odds = logsumexp(logits[:, positive], axis=1) - logits[:, 0]
piece = rng.integers(0, 5, n)

logit = lambda p: float(np.log(p) - np.log1p(-p))


def interval(k, m):
    low, high = binomtest(int(k), int(m)).proportion_ci(0.95, method="exact")
    return [low, high]


def rates(at, prior=None):
    alert = odds >= at
    tp, fp = int((alert & (truth == 1)).sum()), int((alert & (truth == 0)).sum())
    fn, tn = int((~alert & (truth == 1)).sum()), int((~alert & (truth == 0)).sum())
    return {
        "counts": {"tp": tp, "fp": fp, "fn": fn, "tn": tn},
        "alerts": interval(tp + fp, n),
        "fpr": interval(fp, fp + tn),
        "precision": interval(tp, tp + fp),
        "recall": interval(tp, tp + fn),
    }


def umbrella(m, alpha, delta):
    for k in range(1, m + 1):
        if binom.sf(k - 1, m, 1 - alpha) <= delta:
            return k


def recall_rank(m, rho, delta):
    return max(j for j in range(1, m + 1) if binom.cdf(j - 1, m, 1 - rho) <= delta)


negatives = np.sort(odds[truth == 0])
positives = np.sort(odds[truth == 1])
thresholds = np.append(np.unique(odds), np.inf)


def best_f(beta):
    values = [fbeta_score(truth, odds >= t, beta=beta, zero_division=0) for t in thresholds]
    best = max(values)
    at = max(t for t, v in zip(thresholds, values) if v >= best - 1e-12)
    return {"value": best, "alerts": int((odds >= at).sum())}


def least_cost(fp, fn, ask=None):
    def cost(low, high):
        passed, alerted = odds < low, odds >= high
        asked = ~passed & ~alerted
        return fp * (alerted & (truth == 0)).sum() + fn * (passed & (truth == 1)).sum() + (ask or 0) * asked.sum()

    if ask is None:
        return float(min(cost(t, t) for t in thresholds))
    return float(min(cost(a, b) for a, b in product(thresholds, thresholds) if a <= b))


def learn_then_test(pi, delta):
    pilot, test = piece == 0, piece != 0
    grid = np.unique(odds[pilot])
    ratio = test.sum() / pilot.sum()
    tail = lambda k, m: 1.0 if m == 0 else float(binom.sf(k - 1, m, pi))
    half_up = lambda x: int(np.floor(x + 0.5))
    first, least = len(grid) - 1, 1.0
    for i, t in enumerate(grid):
        alert = pilot & (odds >= t)
        tp, fp = half_up(ratio * (alert & (truth == 1)).sum()), half_up(ratio * (alert & (truth == 0)).sum())
        if tail(tp, tp + fp) < least:
            first, least = i, tail(tp, tp + fp)
    found = None
    for t in grid[first::-1]:
        alert = test & (odds >= t)
        tp, m = int((alert & (truth == 1)).sum()), int(alert.sum())
        if not tail(tp, m) <= delta:
            break
        found = {"threshold": float(t), "count": tp, "n": m}
    return found


np_rank = umbrella(len(negatives), 0.05, 0.05)
golden = {
    "logits": logits.ravel().tolist(),
    "labels": labels.tolist(),
    "piece": piece.tolist(),
    "positive": positive,
    "odds": odds.tolist(),
    "at": {str(p): rates(logit(p)) for p in (0.05, 0.5, 0.95)},
    "umbrella": [
        {"n": m, "alpha": a, "delta": d, "k": umbrella(m, a, d)}
        for m, a, d in [(59, 0.05, 0.05), (299, 0.01, 0.05), (300, 0.01, 0.05), (1000, 0.01, 0.05), (1000, 0.1, 0.01), (3000, 0.002, 0.05)]
    ],
    "needed": [
        {"bound": b, "delta": d, "rows": next(m for m in range(1, 10**6) if (1 - b) ** m <= d)}
        for b, d in [(0.01, 0.05), (0.05, 0.05), (0.2, 0.05), (0.1, 0.1), (0.001, 0.05), (0.5, 0.5), (0.5, 0.25)]
    ],
    "maxFpr": {"bound": 0.05, "above": float(negatives[np_rank - 1]), "fp": int((negatives > negatives[np_rank - 1]).sum())},
    "minRecall": {"bound": 0.9, "threshold": float(positives[recall_rank(len(positives), 0.9, 0.05) - 1])},
    "fBeta": {str(b): best_f(b) for b in (0.5, 1, 2)},
    "cost": [
        {"costs": dict(zip(("fp", "fn", "ask"), c)), "least": least_cost(*c)}
        for c in [(1, 1), (1, 5), (5, 1), (1, 5, 0.2), (1, 1, 0.1), (2, 3, 5)]
    ],
    "minPrecision": [{"bound": b, "found": learn_then_test(b, 0.05)} for b in (0.75, 0.8, 0.85, 0.9, 0.95, 0.99)],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden))
