"""Values of scikit-learn for small tables of scores, one with ties. Versions: scikit-learn 1.9.1, numpy 2.4.6.
Writes measure.json beside this file:  python measure.py"""
import json, pathlib
import numpy as np
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score
from scipy.special import softmax

rng = np.random.default_rng(7)
out = {}
for name, n, k in [("three", 60, 3), ("two", 40, 2)]:
    y = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    z = rng.normal(size=(n, k)) + 1.5 * np.eye(k)[y]
    # Quarters are exact in binary, so with two classes rows tie; with three, the order of a sum would break ties at random.
    z = np.round(4 * z) / 4 if k == 2 else np.round(z, 3)
    p = softmax(z, axis=1)
    one = np.eye(k)[y]
    if k == 2:
        score = p[:, 1]
        values = {"auroc": roc_auc_score(y, score), "averagePrecision": average_precision_score(y, score), "brier": 2 * brier_score_loss(y, score)}
    else:
        values = {
            "auroc": roc_auc_score(y, p, multi_class="ovr", average="macro"),
            "aurocHandTill": roc_auc_score(y, p, multi_class="ovo", average="macro"),
            "averagePrecision": average_precision_score(one, p, average="macro"),
            "brier": float(((p - one) ** 2).sum(1).mean()),
        }
    values["nll"] = log_loss(y, p)
    values["accuracy"] = float((p.argmax(1) == y).mean())
    out[name] = {"classes": k, "logits": z.ravel().tolist(), "labels": y.tolist(), "values": {key: float(v) for key, v in values.items()}}
pathlib.Path(__file__).with_name("measure.json").write_text(json.dumps(out) + "\n")
