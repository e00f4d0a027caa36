"""Learning a calibrator."""

import numpy as np
from arrays import array, tensor


def torch_lbfgs(x, y):
    """Temperature by PyTorch's L-BFGS with a strong-Wolfe line search."""
    import torch

    logits, labels = tensor(x), tensor(y).long()

    def run(i):
        with torch.enable_grad():
            temperature = torch.nn.Parameter(torch.ones(1))
            optimizer = torch.optim.LBFGS([temperature], lr=1, max_iter=50, line_search_fn="strong_wolfe")

            def closure():
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(logits / temperature, labels)
                loss.backward()
                return loss

            optimizer.step(closure)
        return temperature.detach()

    return run


def sklearn_temperature(x, y):
    """The fit alone, without CalibratedClassifierCV around it."""
    from sklearn.calibration import _TemperatureScaling

    logits, labels = array(x), array(y)
    return lambda i: 1 / _TemperatureScaling().fit(logits, labels).beta_


def reference_temperature(x, y):
    """The minimiser in f64, by Newton's method within a bracket: what the others are compared with."""
    logits, labels = array(x), array(y)

    def sums(beta):
        first = second = 0.0
        for start in range(0, len(logits), 20000):
            z = logits[start : start + 20000].astype(np.float64)
            z -= z.max(axis=1, keepdims=True)
            p = np.exp(beta * z)
            p /= p.sum(axis=1, keepdims=True)
            mean = (p * z).sum(axis=1)
            first += (mean - z[np.arange(len(z)), labels[start : start + 20000]]).sum()
            second += ((p * z * z).sum(axis=1) - mean**2).sum()
        return first, second

    def run(i):
        beta, low, high = 1.0, 0.0, np.inf
        for _ in range(60):
            gradient, curvature = sums(beta)
            low, high = (beta, high) if gradient < 0 else (low, beta)
            step = np.clip(beta - gradient / curvature, beta / 4, beta * 4)
            following = step if low < step < high else (low + high) / 2
            if abs(following - beta) < 1e-12 * beta:
                break
            beta = following
        return 1 / beta

    return run


def sklearn_isotonic(scores, labels):
    from sklearn.isotonic import IsotonicRegression

    x, y = array(scores), array(labels).astype(np.float64)

    def run(i):
        return IsotonicRegression(out_of_bounds="clip").fit(x, y).y_thresholds_[-1]

    return run


def scipy_isotonic(scores, labels):
    from scipy.optimize import isotonic_regression

    x, y = array(scores), array(labels).astype(np.float64)
    return lambda i: isotonic_regression(y[np.argsort(x, kind="stable")]).x[-1]


JOBS = {
    f.__name__: f
    for f in [torch_lbfgs, sklearn_temperature, reference_temperature, sklearn_isotonic, scipy_isotonic]
}
