"""Conformal scores, sets, p-values and bounds. torchcp 1.2.1, MAPIE 1.6.0, crepes 0.9.1, scikit-learn 1.9.1. Writes conform.json beside this file:  python conform.py

Where the libraries are not right they are not asked:
- TorchCP's SAPS without randomisation gives the label of rank 1 the score 0, and all labels of rank 1 the score p1: only the latter is taken.
- TorchCP's margins are of probabilities, and "identity" overwrites the caller's logits: not taken.
- TorchCP's price of a rank in RAPS is a number of f32: its scores are compared to 1e-7.
- MAPIE's adaptive sets without randomisation (include_last_label=True) hold the class at which the sum reaches the quantile, ours the classes whose sum is at most
  the quantile: equal scores, another rule. Scores are compared, and sets of LAC.
"""
import json, pathlib
import numpy as np, torch
from sklearn.base import BaseEstimator, ClassifierMixin
from mapie.classification import SplitConformalClassifier
from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value
from torchcp.classification.score import APS, LAC, RAPS, SAPS, TOPK
from crepes.base import ConformalClassifier

rng = np.random.default_rng(20261127)
classes = 5
cal = 3 * rng.standard_normal((100, classes))
new = 3 * rng.standard_normal((30, classes))
draw = lambda z: np.array([rng.choice(classes, p=np.exp(r - np.logaddexp.reduce(r))) for r in z / 2])
labels, truth = draw(cal), draw(new)
logits = torch.from_numpy(new)
scores = {
    "lac": LAC(), "aps": APS(randomized=False), "raps": RAPS(randomized=False, penalty=0.1, kreg=1),
    "saps": SAPS(randomized=False, weight=0.2), "topK": TOPK(randomized=False),
}
all_labels = {name: score(logits).tolist() for name, score in scores.items()}
softmax = lambda z: np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))


class Fitted(ClassifierMixin, BaseEstimator):
    """A model that is its softmax."""
    def fit(self, X, y=None):
        self.classes_, self.is_fitted_ = np.arange(classes), True
        return self
    def predict_proba(self, X):
        return softmax(X)
    def predict(self, X):
        return X.argmax(axis=1)


def mapie_sets(n):
    mapie = SplitConformalClassifier(Fitted().fit(cal), confidence_level=0.9, conformity_score="lac", prefit=True)
    mapie.conformalize(cal[:n], labels[:n])
    return mapie.predict_set(new)[1][:, :, 0].astype(int).tolist()


lac = 1 - softmax(cal)[np.arange(len(cal)), labels]
crepes = ConformalClassifier()
crepes.fit(lac)
p = crepes.predict_p(1 - softmax(new), smoothing=False)
bounds = [
    {"mean": r, "n": n, "alpha": a, "p": float(np.ravel(compute_hoeffding_bentkus_p_value(np.array([r]), n, np.array([a])))[0])}
    for r, n, a in [(0.05, 100, 0.1), (0.031, 1000, 0.05), (0.0, 50, 0.1), (0.09, 10000, 0.1), (0.2, 40, 0.3), (0.005, 700, 0.02)]
]
out = {
    "calibration": cal.tolist(), "labels": labels.tolist(), "rows": new.tolist(), "truth": truth.tolist(),
    "scores": all_labels, "mapie": {"100": mapie_sets(100), "99": mapie_sets(99)}, "crepes": p.tolist(), "bounds": bounds,
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
