"""Mahalanobis distance of logits by predicted class, and two-sided ranks among benign rows."""

import numpy as np
from arrays import array


def divided(x):
    """The rows that means come from, and those that are ranked in, as in ours."""
    order = np.random.default_rng(0).permutation(len(x))
    learn, rank = np.split(order, [len(x) // 5, len(x) * 4 // 5])[:2]
    return x[learn], x[rank]


class Law:
    def __init__(self, x):
        from sklearn.covariance import OAS

        learn, rank = divided(x)
        won = learn.argmax(axis=1)
        self.means = np.stack([learn[won == k].mean(axis=0) for k in range(x.shape[1])])
        covariance = OAS(assume_centered=True).fit(learn - self.means[won]).covariance_
        self.whiten = np.linalg.inv(np.linalg.cholesky(covariance)).T
        won = rank.argmax(axis=1)
        distances = self.distance(rank, won)
        self.all = np.sort(distances)
        self.ranks = [np.sort(distances[won == k]) for k in range(x.shape[1])]

    def distance(self, x, won):
        return np.sqrt(np.square((x - self.means[won]) @ self.whiten).mean(axis=1))

    def p(self, x):
        won = x.argmax(axis=1)
        distances = self.distance(x, won)
        p = np.empty(len(x))
        for k, ranks in enumerate(self.ranks):
            own = won == k
            below = np.searchsorted(ranks, distances[own], side="right") + 1
            above = len(ranks) - np.searchsorted(ranks, distances[own], side="left") + 1
            p[own] = np.minimum(1, 2 * np.minimum(below, above) / (len(ranks) + 1))
        return p


def sklearn_guard_fit(x):
    logits = array(x).astype(np.float64)

    def run(i):
        distances = Law(logits).all
        return distances[len(distances) // 2]

    return run


def sklearn_guard_score(x):
    logits = array(x).astype(np.float64)
    law = Law(logits)
    return lambda i: law.p(logits).mean()


JOBS = {f.__name__: f for f in [sklearn_guard_fit, sklearn_guard_score]}
