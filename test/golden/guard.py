"""Detectors, p-values and areas of logits/guard by NumPy, SciPy and scikit-learn. numpy 2, scipy 1, scikit-learn 1. Writes guard.json beside this file:  python guard.py

The formulas are those of pytorch-ood (MaxLogit, EnergyBased, Mahalanobis on logits, GEN, KLMatching), written out.
"""
import json, pathlib
import numpy as np
from scipy import stats
from scipy.special import logsumexp, log_softmax, softmax
from sklearn.covariance import OAS
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(20261127)
K = 4
centres = np.array([[6, 0, -1, 0], [0, 5, 0, 1], [1, 0, 7, -2], [0, 0, 0, 4.0]])


def rows(n):
    truth = rng.integers(0, K, n)
    return (centres[truth] + rng.normal(0, 1.7, (n, K))).round(3)


learn, new = rows(60), np.vstack([rows(25), [[1000, 0, 0, 0], [0.5, 0.5, 0.5, 0.5], [3, 2.999, -50, -60]]])
y, t = learn.argmax(1), new.argmax(1)
means = np.array([learn[y == c].mean(0) for c in range(K)])
centred = learn - means[y]
# Pooled within classes: the scatter over n - K. Chen et al.'s intensity by scikit-learn's formula, for this covariance.
S = centred.T @ centred / (len(learn) - K)
mu = np.trace(S) / K
alpha = (S**2).mean()
s = min(1, (alpha + mu**2) / ((len(learn) + 1) * (alpha - mu**2 / K)))
# On a covariance over n that formula is scikit-learn's own.
S0 = centred.T @ centred / len(learn)
m0 = np.trace(S0) / K
a0 = (S0**2).mean()
assert np.isclose(min(1, (a0 + m0**2) / ((len(learn) + 1) * (a0 - m0**2 / K))), OAS(assume_centered=True).fit(centred).shrinkage_)
P = np.linalg.inv((1 - s) * S + s * mu * np.eye(K))
d = new - means[t]
templates = np.array([softmax(learn, 1)[y == c].mean(0) for c in range(K)])
p, logp = softmax(new, 1), log_softmax(new, 1)
# ln(1 - p) without 1 - p: the log-sum-exp of the others minus that of all.
log1mp = np.array([[logsumexp(np.delete(z, k)) - logsumexp(z) for k in range(K)] for z in new])
gamma = 0.1
terms = np.exp(gamma * (logp + log1mp))
top2 = np.argsort(-new, axis=1, kind="stable")[:, :2]
detectors = {
    "margin": np.sort(new, 1)[:, -1] - np.sort(new, 1)[:, -2],
    "maxLogit": new.max(1),
    "logSumExp": logsumexp(new, axis=1),
    "mahalanobis": np.sqrt(np.einsum("ij,jk,ik->i", d, P, d) / K),
    "gen": terms.sum(1),
    "genMost2": np.take_along_axis(terms, top2, 1).sum(1),
    "klMatching": np.array([min(stats.entropy(q, c) for c in templates) for q in p]),
    "variance": new.var(1),
}

copies = (new[:, None, :] + rng.normal(0, 1.2, (len(new), 6, K))).round(3)
q = softmax(copies, 2)
replicated = {
    "flipRate": (copies.argmax(2) != t[:, None]).mean(1),
    "squeeze": np.abs(q - p[:, None, :]).sum(2).max(1),
    "disagreement": np.array([[stats.entropy((a + b) / 2) - (stats.entropy(a) + stats.entropy(b)) / 2 for b in c] for a, c in zip(p, q)]).mean(1),
    "mutualInformation": np.array([stats.entropy(c.mean(0)) - np.mean([stats.entropy(b) for b in c]) for c in q]),
}


def two_sided(benign, x):
    """By counting: the value itself is one of n + 1."""
    n = len(benign)
    low = (1 + sum(b <= x for b in benign)) / (n + 1)
    high = (1 + sum(b >= x for b in benign)) / (n + 1)
    return [low, high, min(1, 2 * min(low, high))]


benign = rng.integers(0, 12, 40).astype(float).tolist()
ranks = [[x, *two_sided(benign, x)] for x in (-1, 0, 0.5, 3, 6, 11, 12)]

# A guard of one detector, divided by hand: Fisher's statistic of three detectors, ranked again.
parts = [rng.normal(0, 1, (n, 3)).round(2) for n in (30, 25)]
fresh = rng.normal(0, 2, (10, 3)).round(2)
fisher = lambda x: -2 * sum(np.log(two_sided(parts[0][:, j], x[j])[2]) for j in range(3))
again = [fisher(x) for x in parts[1]]
combined = {
    "ranks": parts[0].T.tolist(),
    "again": again,
    "fresh": fresh.tolist(),
    "score": [fisher(x) for x in fresh],
    "p": [(1 + sum(a >= fisher(x) - 1e-12 for a in again)) / (len(again) + 1) for x in fresh],
    "bonferroni": [min(1, 3 * min(two_sided(parts[0][:, j], x[j])[2] for j in range(3))) for x in fresh],
}

above, below = rng.integers(0, 9, 40), rng.integers(2, 12, 60)
auroc = [above.tolist(), below.tolist(), float(roc_auc_score([1] * 40 + [0] * 60, np.concatenate([above, below])))]

# Smoothed ranks in the growing past, counted; u is given.
stream, u = rng.integers(0, 6, 30).tolist(), rng.random(30).round(6).tolist()
smoothed = [(sum(a < x for a in stream[:i]) + u[i] * (1 + sum(a == x for a in stream[:i]))) / (i + 1) for i, x in enumerate(stream)]

out = {
    "learn": learn.tolist(), "new": new.tolist(), "copies": copies.tolist(), "shrinkage": float(s),
    "detectors": {k: np.asarray(v, float).tolist() for k, v in detectors.items()},
    "replicated": {k: np.asarray(v, float).tolist() for k, v in replicated.items()},
    "benign": benign, "ranks": ranks, "combined": combined, "auroc": auroc,
    "stream": {"values": stream, "u": u, "p": smoothed},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out))
