"""Whole tables of rows."""

import torch
from arrays import tensor


def torch_softmax_rows(x):
    logits = tensor(x)
    return lambda i: torch.softmax(logits, 1)[0, 0]


def torch_softmax_rows_out(x):
    logits = tensor(x)
    out = torch.empty_like(logits)

    def run(i):
        torch.softmax(logits, 1, out=out)
        return out[0, 0]

    return run


def torch_nll(x, y):
    """The loss alone: ours gives its gradient and curvature in the same pass."""
    logits, labels = tensor(x), tensor(y).long()
    return lambda i: torch.nn.functional.cross_entropy(logits / 1.5, labels)


def torch_ece(x, y):
    """ECE with 15 bins as gpleiss/temperature_scaling computes it."""
    logits, labels = tensor(x), tensor(y).long()
    edges = torch.linspace(0, 1, 16)

    def run(i):
        confidence, predicted = torch.max(torch.softmax(logits, 1), 1)
        correct = predicted.eq(labels)
        ece = torch.zeros(1)
        for low, high in zip(edges[:-1], edges[1:]):
            inside = confidence.gt(low.item()) * confidence.le(high.item())
            share = inside.float().mean()
            if share.item() > 0:
                ece += torch.abs(confidence[inside].mean() - correct[inside].float().mean()) * share
        return ece

    return run


def torchmetrics_ece(x, y):
    from torchmetrics.functional.classification import multiclass_calibration_error

    logits, labels = tensor(x), tensor(y).long()
    classes = logits.shape[1]
    return lambda i: multiclass_calibration_error(torch.softmax(logits, 1), labels, classes, n_bins=15)


JOBS = {
    f.__name__: f
    for f in [
        torch_softmax_rows,
        torch_softmax_rows_out,
        torch_nll,
        torch_ece,
        torchmetrics_ece,
    ]
}
