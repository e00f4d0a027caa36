"""Tails and quantiles of the beta law and Clopper-Pearson intervals. scipy 1.17.1, mpmath 1.3. Writes binomial.json beside this file:  python binomial.py"""
import json, pathlib
import mpmath
from scipy import stats

mpmath.mp.dps = 400


def tails(x, a, b):
    """Both tails. As a sum in 400 digits where it is short: scipy's cdf of Beta(7, 1e7) is off by 3e-10."""
    if a != int(a) or a > 1000:
        return float(stats.beta.cdf(x, a, b)), float(stats.beta.sf(x, a, b))
    x, n = mpmath.mpf(x), int(a + b) - 1
    above = sum(mpmath.binomial(n, i) * x**i * (1 - x) ** (n - i) for i in range(int(a)))
    return float(1 - above), float(above)


beta, quantile, interval = [], [], []
for a, b in [(1, 1), (2, 3), (1, 299), (30, 5), (1.5, 2.5), (500, 499500), (2500, 97500), (1e6, 3e6), (1, 1e6), (7, 1e7)]:
    mean = a / (a + b)
    for x in [mean * f for f in (0.2, 0.7, 0.97, 1, 1.04, 1.5)]:
        if x < 1:
            beta.append([x, a, b, *tails(x, a, b)])
    for p in (1e-6, 0.025, 0.05, 0.5, 0.975):
        quantile.append([p, a, b, float(stats.beta.ppf(p, a, b)), float(stats.beta.isf(p, a, b))])
for k, n in [(0, 1), (1, 1), (0, 299), (1, 10), (5, 10), (13, 2684), (99, 100), (100, 100), (12, 1000000), (999990, 1000000)]:
    for level in (0.9, 0.95, 0.999):
        # By quantiles: binomtest's own root finder stops at an absolute error of 1e-12.
        bounds = lambda alpha: (stats.beta.ppf(alpha, k, n - k + 1) if k > 0 else 0.0, stats.beta.isf(alpha, k + 1, n - k) if k < n else 1.0)
        interval.append([k, n, level, *map(float, bounds((1 - level) / 2)), *map(float, bounds(1 - level))])
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"beta": beta, "quantile": quantile, "interval": interval}))
