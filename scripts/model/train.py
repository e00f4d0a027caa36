"""Train the built-in language model: a small Llama (RMSNorm, rotary positions, SwiGLU, tied embedding) over GPT-2's 50,257 tokens.

    python3 scripts/model/train.py TOKENS.u16 OUT.npz [--minutes 20] [--seed 1]

One CPU thread, PyTorch 2. TOKENS.u16 is what text.mjs wrote. Every fortieth piece is held out; the loss on it, over the full vocabulary, is printed and kept in
OUT.npz with the weights (f32, names of the GGUF tensors).
"""

import argparse
import json
import math
import time

import numpy as np
import torch
import torch.nn.functional as F

VOCAB, DIM, LAYERS, HEADS, HIDDEN, CONTEXT, EPS, BASE = 50257, 32, 4, 4, 128, 256, 1e-5, 10000.0
END_OF_TEXT = 50256
BATCH, NEGATIVES, ROWS = 16, 2048, 16


def rotary(length):
    half = DIM // HEADS // 2
    angles = torch.arange(length)[:, None] * BASE ** (-torch.arange(half) / half)
    return angles.cos(), angles.sin()


def rotate(x, cos, sin):
    """Neighbouring pairs turn together: llama.cpp's order for a Llama ("norm")."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)


def norm(x, gain):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + EPS) * gain


def init():
    weights = {"token_embd.weight": torch.randn(VOCAB, DIM) * 0.1, "output_norm.weight": torch.ones(DIM)}
    for i in range(LAYERS):
        shapes = {"attn_q": (DIM, DIM), "attn_k": (DIM, DIM), "attn_v": (DIM, DIM), "attn_output": (DIM, DIM)}
        shapes |= {"ffn_gate": (HIDDEN, DIM), "ffn_up": (HIDDEN, DIM), "ffn_down": (DIM, HIDDEN)}
        for name, (rows, columns) in shapes.items():
            scale = 1 / math.sqrt(2 * LAYERS) if name in ("attn_output", "ffn_down") else 1.0
            weights[f"blk.{i}.{name}.weight"] = torch.randn(rows, columns) * scale / math.sqrt(columns)
        weights[f"blk.{i}.attn_norm.weight"] = torch.ones(DIM)
        weights[f"blk.{i}.ffn_norm.weight"] = torch.ones(DIM)
    return {name: value.requires_grad_() for name, value in weights.items()}


def hidden(weights, ids):
    batch, length = ids.shape
    cos, sin = rotary(length)
    split = lambda x: x.view(batch, length, HEADS, DIM // HEADS).transpose(1, 2)
    x = weights["token_embd.weight"][ids]
    for i in range(LAYERS):
        w = lambda name: weights[f"blk.{i}.{name}.weight"]
        h = norm(x, w("attn_norm"))
        q, k = rotate(split(h @ w("attn_q").T), cos, sin), rotate(split(h @ w("attn_k").T), cos, sin)
        h = F.scaled_dot_product_attention(q, k, split(h @ w("attn_v").T), is_causal=True)
        x = x + h.transpose(1, 2).reshape(batch, length, DIM) @ w("attn_output").T
        h = norm(x, w("ffn_norm"))
        x = x + (F.silu(h @ w("ffn_gate").T) * (h @ w("ffn_up").T)) @ w("ffn_down").T
    return norm(x, weights["output_norm.weight"])


class CrossEntropy(torch.autograd.Function):
    """Mean negative log-likelihood; a few rows of logits at a time, so that they stay in the cache. `extra` is added to each column."""

    @staticmethod
    def forward(ctx, h, table, extra, targets):
        total, dh, dtable = 0.0, torch.empty_like(h), torch.zeros_like(table)
        for at in range(0, len(h), ROWS):
            part, truth = h[at : at + ROWS], targets[at : at + ROWS, None]
            z = torch.addmm(extra, part, table.T).exp_()  # these logits stay far below 88, where exp would overflow
            z.div_(z.sum(1, keepdim=True))
            p = z.gather(1, truth)
            total -= p.log().sum().item()
            z.scatter_(1, truth, p - 1)
            dh[at : at + ROWS] = z @ table
            dtable.addmm_(z.T, part)
        ctx.save_for_backward(dh / len(h), dtable / len(h))
        return torch.tensor(total / len(h))

    @staticmethod
    def backward(ctx, grad):
        dh, dtable = ctx.saved_tensors
        return grad * dh, grad * dtable, None, None


def read_pieces(path):
    tokens = np.fromfile(path, np.uint16).astype(np.int64)
    ends = np.flatnonzero(tokens == END_OF_TEXT) + 1
    pieces = np.split(tokens, ends)[:-1]
    first = np.array([END_OF_TEXT])
    train = np.concatenate([first] + [p for i, p in enumerate(pieces) if i % 40 != 20])
    held = np.concatenate([first] + [p for i, p in enumerate(pieces) if i % 40 == 20])
    return torch.from_numpy(train), torch.from_numpy(held), np.unique(tokens)


@torch.no_grad()
def held_out_loss(weights, held):
    """Over all 50,257 tokens, in windows of CONTEXT that do not overlap."""
    count = (len(held) - 1) // CONTEXT
    ids = held[: count * CONTEXT].view(count, CONTEXT)
    targets = held[1 : count * CONTEXT + 1]
    h = torch.cat([hidden(weights, part) for part in ids.split(16)]).view(-1, DIM)
    table = weights["token_embd.weight"]
    losses = [F.cross_entropy(a @ table.T, b, reduction="sum") for a, b in zip(h.split(256), targets.split(256))]
    return sum(losses).item() / len(targets)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tokens")
    parser.add_argument("output")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=8e-3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    train, held, used = read_pieces(args.tokens)
    # Tokens that occur nowhere in the text are drawn as wrong answers, a few each step, each standing for its share of them all.
    unused = torch.from_numpy(np.setdiff1d(np.arange(VOCAB), used))
    used = torch.from_numpy(used)
    column = torch.full((VOCAB,), -1)
    column[used] = torch.arange(len(used))
    extra = torch.zeros(len(used) + NEGATIVES)
    extra[len(used) :] = math.log(len(unused) / NEGATIVES)

    weights = init()
    matrices = [w for name, w in weights.items() if name.startswith("blk") and w.dim() == 2]
    others = [w for name, w in weights.items() if not (name.startswith("blk") and w.dim() == 2)]
    optimiser = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}],
        lr=args.rate, betas=(0.9, 0.98), eps=1e-9,
    )
    start, step, budget, average = time.time(), 0, args.minutes * 60, None
    while (done := (time.time() - start) / budget) < 1:
        rate = args.rate * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        at = torch.randint(0, len(train) - CONTEXT - 1, (BATCH,))
        window = torch.stack([train[a : a + CONTEXT + 1] for a in at])
        rows = torch.cat([used, unused[torch.randperm(len(unused))[:NEGATIVES]]])
        h = hidden(weights, window[:, :-1]).reshape(-1, DIM)
        table = weights["token_embd.weight"].index_select(0, rows)
        loss = CrossEntropy.apply(h, table, extra, column[window[:, 1:].reshape(-1)])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
        optimiser.step()
        step += 1
        average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"step {step}  {time.time() - start:.0f} s  training loss {average:.3f}", flush=True)
        if step % 1000 == 0:
            print(f"step {step}  held out {held_out_loss(weights, held):.4f}", flush=True)

    final = held_out_loss({n: w.detach().half().float() for n, w in weights.items()}, held)
    print(f"{step} steps, {step * BATCH * CONTEXT} tokens; held out, weights rounded to f16: {final:.4f} nats a token")
    facts = {"steps": step, "tokens": step * BATCH * CONTEXT, "minutes": args.minutes, "heldOut": final, "seed": args.seed}
    facts |= {"dim": DIM, "layers": LAYERS, "heads": HEADS, "hidden": HIDDEN, "context": CONTEXT, "eps": EPS, "base": BASE}
    np.savez(args.output, facts=json.dumps(facts), **{n: w.detach().numpy() for n, w in weights.items()})


main()
