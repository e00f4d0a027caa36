"""Training and attacking small networks of convolutions, from the weights that ours begin with."""

import copy

from arrays import array, tensor


def network(weights, layers, shape):
    """PyTorch's layers with our weights: size × size × channels × filters there, filters × channels × size × size here; the channels of a pixel together there."""
    import torch
    from torch import nn

    values = array(weights)
    at = 0

    def take(*sizes):
        nonlocal at
        length = 1
        for size in sizes:
            length *= size
        at += length
        return torch.from_numpy(values[at - length : at].copy().reshape(sizes))

    height, width, channels = shape
    flat = False
    modules = []
    for layer in layers:
        if layer["kind"] == "pool":
            modules.append(nn.MaxPool2d(2))
            height, width = height // 2, width // 2
        elif layer["kind"] == "conv":
            size, filters = layer["size"], layer["filters"]
            conv = nn.Conv2d(channels, filters, size, padding=size // 2)
            conv.weight.data = take(size, size, channels, filters).permute(3, 2, 0, 1).contiguous()
            conv.bias.data = take(filters)
            modules += [conv, nn.ReLU()]
            channels = filters
        else:
            units = layer["units"]
            inputs = channels if flat else height * width * channels
            linear = nn.Linear(inputs, units)
            w = take(inputs, units)
            if flat:
                linear.weight.data = w.T.contiguous()
            else:
                turned = w.reshape(height, width, channels, units).permute(3, 2, 0, 1)
                linear.weight.data = turned.reshape(units, inputs).contiguous()
                modules.append(nn.Flatten())
            linear.bias.data = take(units)
            modules += [linear] if layer["kind"] == "linear" else [linear, nn.ReLU()]
            channels, flat = units, True
    return nn.Sequential(*modules)


def torch_train(x, y, order, weights, layers, batch):
    """One epoch; the mean loss over its steps."""
    import torch
    from torch.nn.functional import cross_entropy

    inputs = tensor(x).permute(0, 3, 1, 2).contiguous()
    labels, rows = tensor(y), tensor(order)
    start = network(weights, layers, array(x).shape[1:])

    def run(i):
        with torch.enable_grad():
            model = copy.deepcopy(start)
            optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
            total = 0.0
            for at in range(0, len(rows), batch):
                some = rows[at : at + batch]
                optimizer.zero_grad()
                loss = cross_entropy(model(inputs[some]), labels[some])
                loss.backward()
                optimizer.step()
                total += loss.item() * len(some)
            return total / len(rows)

    return run


def torch_pgd(x, y, order, weights, layers, count, eps, steps):
    """Projected gradient steps from a random start; the mean loss after them."""
    import torch
    from torch.nn.functional import cross_entropy

    clean = tensor(x)[:count].permute(0, 3, 1, 2).contiguous()
    labels = tensor(y)[:count]
    model = network(weights, layers, array(x).shape[1:]).requires_grad_(False)
    pace = max(eps / 8, 2 * eps / steps)
    low, high = (clean - eps).clamp(min=0), (clean + eps).clamp(max=1)

    def run(i):
        changed = (clean + eps * (2 * torch.rand_like(clean) - 1)).clamp(0, 1)
        with torch.enable_grad():
            for _ in range(steps):
                changed.requires_grad_(True)
                loss = cross_entropy(model(changed), labels, reduction="sum")
                (slope,) = torch.autograd.grad(loss, changed)
                changed = torch.clamp(changed.detach() + pace * slope.sign(), low, high)
        model(clean)
        return cross_entropy(model(changed), labels)

    return run


JOBS = {f.__name__: f for f in [torch_train, torch_pgd]}
