"""Goldens of triage: label issues by cleanlab, Mahalanobis distances by scikit-learn and SciPy.

Run from the root of a checkout: python test/golden/triage.py > test/golden/triage.json
"""

import json

import cleanlab
import numpy as np
import scipy
import sklearn
from cleanlab.filter import find_label_issues
from scipy.spatial.distance import mahalanobis
from sklearn.covariance import OAS


def issues(name):
    data = np.load(f"data/{name}.test.npz")
    z = data["logits"].astype(float)
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    mask = find_label_issues(data["labels"].ravel().astype(int), p, filter_by="confident_learning", n_jobs=1)
    return np.flatnonzero(mask).tolist()


def distances(rows, width, groups, seed):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, rows)
    x = np.round(100 + rng.normal(size=(rows, width)) * np.arange(1, width + 1) + group[:, None] * 3, 3)
    seen = len(set(group.tolist()))
    centred = np.empty_like(x)
    for g in range(groups):
        centred[group == g] = x[group == g] - x[group == g].mean(0)
    model = OAS(assume_centered=True).fit(centred * np.sqrt(rows / (rows - seen)))
    inverse = np.linalg.inv(model.covariance_)
    out = []
    for i in range(rows):
        others = (group == group[i]) & (np.arange(rows) != i)
        out.append(mahalanobis(x[i], x[others].mean(0), inverse) / np.sqrt(width))
    return {"x": x.ravel().tolist(), "group": group.tolist(), "width": width, "shrinkage": model.shrinkage_, "distance": out}


print(
    json.dumps(
        {
            "versions": {"cleanlab": cleanlab.__version__, "scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
            "labelIssues": {name: issues(name) for name in ("languages", "spam")},
            "mahalanobis": [distances(40, 3, 2, 1), distances(30, 5, 4, 2), distances(25, 1, 2, 3)],
        }
    )
)
