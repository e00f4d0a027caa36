"""Finding a threshold on scores that are there already."""

import numpy as np
from arrays import array


def tuned(scores, labels, scoring):
    """TunedThresholdClassifierCV over a classifier that gives its scores back: the tuning alone, 100 thresholds by default."""
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.model_selection import TunedThresholdClassifierCV

    class Given(ClassifierMixin, BaseEstimator):
        def fit(self, x, y):
            self.classes_ = np.array([0, 1])
            return self

        def decision_function(self, x):
            return x[:, 0]

        def predict(self, x):
            return (x[:, 0] >= 0).astype(int)

    x, y = array(scores).reshape(-1, 1), array(labels)
    fitted = Given().fit(x, y)

    def run(i):
        return TunedThresholdClassifierCV(
            fitted, cv="prefit", refit=False, scoring=scoring, response_method="decision_function"
        ).fit(x, y).best_threshold_

    return run


def sklearn_tuned_f1(scores, labels):
    return tuned(scores, labels, "f1")


def sklearn_tuned_fpr(scores, labels):
    """The most recall at a false-positive rate of at most 1 %."""
    from sklearn.metrics import confusion_matrix, make_scorer

    def recall_at(y, predicted):
        (tn, fp), (fn, tp) = confusion_matrix(y, predicted)
        return tp / (tp + fn) if fp / (fp + tn) <= 0.01 else 0.0

    return tuned(scores, labels, make_scorer(recall_at))


def sklearn_tuned_precision(scores, labels):
    """The most recall at a precision of at least 70 %."""
    from sklearn.metrics import confusion_matrix, make_scorer

    def recall_at(y, predicted):
        (tn, fp), (fn, tp) = confusion_matrix(y, predicted)
        return tp / (tp + fn) if tp >= 0.7 * (tp + fp) else 0.0

    return tuned(scores, labels, make_scorer(recall_at))


def sklearn_roc_threshold(scores, labels):
    from sklearn.metrics import roc_curve

    x, y = array(scores), array(labels)

    def run(i):
        fpr, tpr, thresholds = roc_curve(y, x)
        return thresholds[np.searchsorted(fpr, 0.01, side="right") - 1]

    return run


JOBS = {
    f.__name__: f for f in [sklearn_tuned_f1, sklearn_tuned_fpr, sklearn_tuned_precision, sklearn_roc_threshold]
}
