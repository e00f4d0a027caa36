"""Calibrators of scikit-learn, and fits of the documented losses by SciPy's optimisers. Versions: numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1.
Writes calibrate.json beside this file:  python calibrate.py"""
import json, pathlib, warnings
import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax, logsumexp, log_expit
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression

warnings.simplefilter("ignore")
rng = np.random.default_rng(11)


def drawn(n, k, sharp):
    z = np.round(rng.normal(0, 3, (n, k)), 6)
    p = np.exp(log_softmax(z / sharp, axis=1))
    return z, np.array([rng.choice(k, p=row) for row in p])


def log_odds(z):
    k = z.shape[1]
    return np.stack([z[:, i] - logsumexp(np.delete(z, i, 1), axis=1) for i in range(k)], axis=1)


def nll(z, y):
    return -log_softmax(z, axis=1)[np.arange(len(y)), y]


def temperature(z, y):
    found = minimize_scalar(lambda x: nll(np.exp(x) * z, y).mean(), bounds=(-8, 8), method="bounded", options={"xatol": 1e-13})
    # A minimum of values is flat to 1e-8; its derivative is not.
    def slope(b):
        p = np.exp(log_softmax(b * z, axis=1))
        return ((p * z).sum(1) - z[np.arange(len(y)), y]).mean()
    from scipy.optimize import brentq
    b = np.exp(found.x)
    return 1 / brentq(slope, b * 0.9, b * 1.1, xtol=1e-15)


def platt(q, y):
    """scikit-learn's fit of sigma(-(a f + b)) to Platt's targets, then the same loss by BFGS to the last digits."""
    a, b = _sigmoid_calibration(q, y)
    pos, neg = y.sum(), (1 - y).sum()
    t = np.where(y == 1, (pos + 1) / (pos + 2), 1 / (neg + 2))
    loss = lambda x: -(t * log_expit(x[0] * q + x[1]) + (1 - t) * log_expit(-x[0] * q - x[1])).sum()
    grad = lambda x: np.array([((expit(x[0] * q + x[1]) - t) * q).sum(), (expit(x[0] * q + x[1]) - t).sum()])
    exact = minimize(loss, [1, 0], jac=grad, method="BFGS", options={"gtol": 1e-9}).x
    return {"sklearn": [-a, -b], "exact": exact.tolist()}


def beta(q, y):
    f = np.stack([log_expit(q), -log_expit(-q), np.ones_like(q)], axis=1)
    loss = lambda x: -np.where(y == 1, log_expit(f @ x), log_expit(-f @ x)).sum() + 0.5e-6 * x @ x
    grad = lambda x: f.T @ (expit(f @ x) - y) + 1e-6 * x
    found = minimize(loss, [1, 1, 0], jac=grad, method="L-BFGS-B", bounds=[(0, None), (0, None), (None, None)], options={"gtol": 1e-10, "ftol": 1e-16, "maxiter": 5000})
    return {"x": found.x.tolist(), "loss": float(found.fun)}


def vector_scaling(z, y, t, ridge):
    n, k = z.shape
    l = log_softmax(z / t, axis=1)
    hot = np.eye(k)[y]
    def loss(x):
        w, b = x[:k], x[k:]
        s = l * w + b
        d = np.exp(log_softmax(s, axis=1)) - hot
        value = nll(s, y).mean() + ridge * k / n * (((w - 1) ** 2).sum() + (b ** 2).sum())
        return value, np.concatenate([(d * l).mean(0) + 2 * ridge * k / n * (w - 1), d.mean(0) + 2 * ridge * k / n * b])
    return float(minimize(loss, np.r_[np.ones(k), np.zeros(k)], jac=True, method="L-BFGS-B", options={"gtol": 1e-11, "ftol": 1e-17, "maxiter": 5000}).fun)


def isotonic(z, y, test):
    p, r = np.exp(log_softmax(z, axis=1)), np.exp(log_softmax(test, axis=1))
    out = np.stack([IsotonicRegression(out_of_bounds="clip").fit(p[:, i], y == i).predict(r[:, i]) for i in range(z.shape[1])], axis=1)
    total = out.sum(1, keepdims=True)
    return np.where(total > 0, out / np.where(total > 0, total, 1), 1 / z.shape[1])


cases = []
for n, k, sharp, name in [(400, 3, 2.2, "overconfident"), (150, 2, 0.6, "underconfident"), (600, 4, 9, "little better than chance")]:
    z, y = drawn(n, k, sharp)
    q = log_odds(z)
    test = np.round(rng.normal(0, 3, (20, k)), 6)
    t = temperature(z, y)
    cases.append({
        "name": name, "classes": k, "logits": z.flatten().tolist(), "labels": y.tolist(), "test": test.flatten().tolist(), "temperature": t,
        "platt": [platt(q[:, i], (y == i).astype(int)) for i in range(k)],
        "beta": [beta(q[:, i], (y == i).astype(int)) for i in range(k)],
        "vectorScaling": vector_scaling(z, y, t, 1.0),
        "isotonic": isotonic(z, y, test).flatten().tolist(),
    })

# Log-odds that say the opposite of the truth at one end: a slope would be negative.
z = np.round(np.stack([np.zeros(200), rng.normal(0, 2, 200)], axis=1), 6)
y = (rng.random(200) < np.where(z[:, 1] > 1, 0.2, np.where(z[:, 1] < -1, 0.1, 0.5))).astype(int)
q = log_odds(z)
cases.append({"name": "a slope that would be negative", "classes": 2, "logits": z.flatten().tolist(), "labels": y.tolist(),
              "beta": [beta(q[:, i], (y == i).astype(int)) for i in range(2)]})
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(cases))
