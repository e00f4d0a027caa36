"""Thresholds of prediction sets, and the sets."""

import numpy as np
from arrays import array, tensor


def torchcp_score(name):
    from torchcp.classification.score import APS, LAC, RAPS

    return {"lac": lambda: LAC(), "aps": lambda: APS(), "raps": lambda: RAPS(penalty=0.1, kreg=1)}[name]()


def torchcp_threshold(score, logits, labels):
    import torch

    scores = score(logits, labels)
    rank = int(np.ceil((len(scores) + 1) * 0.9))
    return torch.kthvalue(scores, rank).values


def torchcp_fit(x, y, score):
    """Scores and quantile alone, as SplitPredictor computes them, without its model and loader around them."""
    logits, labels, own = tensor(x), tensor(y).long(), torchcp_score(score)
    return lambda i: torchcp_threshold(own, logits, labels)


def torchcp_sets(x, y, score, rows):
    logits, labels, own = tensor(x)[:rows], tensor(y).long()[:rows], torchcp_score(score)
    threshold = torchcp_threshold(own, logits, labels)
    return lambda i: (own(logits) <= threshold).sum(dim=1)[0]


def mapie_of(logits, labels, score):
    from mapie.classification import SplitConformalClassifier
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Softmax(ClassifierMixin, BaseEstimator):
        """A model that is its softmax."""

        def fit(self, X, y=None):
            self.classes_, self.is_fitted_ = np.arange(X.shape[1]), True
            return self

        def predict_proba(self, X):
            weights = np.exp(X - X.max(axis=1, keepdims=True), dtype=np.float64)
            return weights / weights.sum(axis=1, keepdims=True)

        def predict(self, X):
            return X.argmax(axis=1)

    model = Softmax().fit(logits)
    return SplitConformalClassifier(model, confidence_level=0.9, conformity_score=score, prefit=True)


def mapie_fit(x, y, score):
    logits, labels = array(x), array(y)

    def run(i):
        mapie = mapie_of(logits, labels, score)
        mapie.conformalize(logits, labels)
        scores = mapie._mapie_classifier.conformity_scores_.ravel()
        # The quantile is taken when sets are predicted.
        return np.quantile(scores, 0.9 * (len(scores) + 1) / len(scores), method="higher")

    return run


def mapie_sets(x, y, score, rows):
    logits, labels = array(x)[:rows], array(y)[:rows]
    mapie = mapie_of(logits, labels, score)
    mapie.conformalize(logits, labels)
    return lambda i: mapie.predict_set(logits)[1][0].sum()


JOBS = {f.__name__: f for f in [torchcp_fit, torchcp_sets, mapie_fit, mapie_sets]}
