"""Losses and gradients of PyTorch in f64. Versions: torch 2.15.0. Writes losses.json beside this file:  python losses.py"""
import json, pathlib
import torch
import torch.nn.functional as F

torch.manual_seed(5)
n, k = 6, 4
z0 = torch.randn(n, k, dtype=torch.float64) * 4
y = torch.randint(0, k, (n,))
w = torch.tensor([1.0, 2.0, 0.5, 3.0], dtype=torch.float64)
teacher = torch.randn(n, k, dtype=torch.float64) * 3
targets = torch.randint(0, 2, (n, k)).double()
ignored = y.clone(); ignored[2] = -100
out = {"rows": n, "classes": k, "logits": z0.flatten().tolist(), "labels": y.tolist(), "ignored": ignored.tolist(), "classWeights": w.tolist(),
       "teacher": teacher.flatten().tolist(), "targets": targets.flatten().tolist(), "cases": {}}
def case(name, f):
    z = z0.clone().requires_grad_()
    v = f(z); v.backward()
    out["cases"][name] = {"value": v.item(), "gradient": z.grad.flatten().tolist()}
case("crossEntropy", lambda z: F.cross_entropy(z, y))
case("crossEntropy sum", lambda z: F.cross_entropy(z, y, reduction="sum"))
case("crossEntropy weights", lambda z: F.cross_entropy(z, y, weight=w))
case("crossEntropy smoothing", lambda z: F.cross_entropy(z, y, label_smoothing=0.1))
case("crossEntropy weights and smoothing", lambda z: F.cross_entropy(z, y, weight=w, label_smoothing=0.1))
case("crossEntropy ignored", lambda z: F.cross_entropy(z, ignored))
case("focal", lambda z: (-(1 - F.softmax(z, 1).gather(1, y[:, None])) ** 2 * F.log_softmax(z, 1).gather(1, y[:, None])).mean())
case("multilabel", lambda z: F.binary_cross_entropy_with_logits(z, targets))
case("multilabel posWeight", lambda z: F.binary_cross_entropy_with_logits(z, targets, pos_weight=w))
case("distillation", lambda z: 4 * F.kl_div(F.log_softmax(z / 2, 1), F.log_softmax(teacher / 2, 1), log_target=True, reduction="batchmean"))
case("logitAdjusted", lambda z: F.cross_entropy(z + torch.log(w / w.sum()), y))
case("energyLoss", lambda z: (-2 * torch.logsumexp(z / 2, 1)).mean())
case("entropyLoss", lambda z: -(F.softmax(z, 1) * F.log_softmax(z, 1)).sum(1).mean())
pathlib.Path(__file__).with_name("losses.json").write_text(json.dumps(out) + "\n")
