"""Optima of scikit-learn's LogisticRegression, weights of the bias regularised as the others. Versions: scikit-learn 1.9.1, numpy 2.4.6.
Writes regression.json beside this file:  python regression.py"""
import json, pathlib
import numpy as np
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(11)
out = {}
for name, n, d, k, decay in [("two", 40, 3, 2, 0.05), ("three", 60, 4, 3, 0.02)]:
    y = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    x = (rng.normal(size=(n, d)) + rng.normal(size=(k, d))[y]).round(3)
    # Mean loss + decay/2 |w|² is what C = 1/(n decay) asks for. Two classes have one logit there, which is half as dear as two of opposite sign.
    C = 1 / (n * decay) * (2 if k == 2 else 1)
    fitted = LogisticRegression(C=C, fit_intercept=False, tol=1e-12, max_iter=10000).fit(np.c_[x, np.ones(n)], y)
    logits = fitted.decision_function(np.c_[x, np.ones(n)])
    out[name] = {"rows": n, "features": d, "classes": k, "decay": decay, "values": x.flatten().tolist(), "labels": y.tolist(),
                 "logits": logits.flatten().tolist()}
pathlib.Path(__file__).with_name("regression.json").write_text(json.dumps(out) + "\n")
