"""python process.py LOGITS.npy LABELS.npy: fits a temperature and prints the ECE that it leaves, as a script of PyTorch's users does."""

import json
import resource
import sys

import numpy as np
import torch

torch.set_num_threads(1)
logits = torch.from_numpy(np.load(sys.argv[1]))
labels = torch.from_numpy(np.load(sys.argv[2])).long()

temperature = torch.nn.Parameter(torch.ones(1))
optimizer = torch.optim.LBFGS([temperature], lr=1, max_iter=50, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(logits / temperature, labels)
    loss.backward()
    return loss


optimizer.step(closure)

with torch.no_grad():
    confidence, predicted = torch.max(torch.softmax(logits / temperature, 1), 1)
    correct = predicted.eq(labels)
    edges = torch.linspace(0, 1, 16)
    ece = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = confidence.gt(low.item()) * confidence.le(high.item())
        if inside.any():
            gap = confidence[inside].double().mean() - correct[inside].double().mean()
            ece += abs(gap.item()) * inside.double().mean().item()

try:
    # What a process holds is counted from its own start here; the usage below includes what its parent held.
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"value": ece, "peak": peak / 1024}))
