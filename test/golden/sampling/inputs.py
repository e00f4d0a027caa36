"""Rows of logits from a stated formula, the same bits here and in inputs.ts: integer hashing and dyadic rationals only, so every value is an exact f32.

Run:  python test/golden/sampling/inputs.py      (writes inputs.json: the sha256 of every row that a result file uses)

    hash(i, seed)   32-bit: x = i·0x9E3779B1 + seed·0x85EBCA6B + 0x27D4EB2F;  x ^= x>>>16; x *= 0x21F0AAAD; x ^= x>>>15; x *= 0x735A2D97; x ^= x>>>15
    bell(i)         (sum of the four 16-bit halves of hash(2i, seed) and hash(2i+1, seed) − 131070) / 2^14            mean 0, deviation 2.3
    head            rank r of min(60, V) has id (7919·(r + 1) + 104729·seed) mod V and value 18 − 11r/32 + (hash(r, seed + 77) mod 256) / 1024

    typical         bell(i), and the head over it
    flat            2·((7919·i + 104729·seed) mod V) / 2^ceil(log2 V) − 1     V equally spaced values in [−1, 1), in mixed order
    ties            (hash(i, seed) mod 33) / 4                                33 values, so almost every value occurs many times
    masked          typical, −Infinity where hash(i, seed + 5) is odd; the id of rank 0 stays
    negative        typical − 100

V must not be a multiple of 7919."""

import hashlib
import json
import pathlib

import numpy as np

here = pathlib.Path(__file__).resolve().parent
M = np.uint64(0xFFFFFFFF)


def hash32(i, seed):
    x = (np.asarray(i, np.uint64) * np.uint64(0x9E3779B1) + np.uint64(seed * 0x85EBCA6B + 0x27D4EB2F)) & M
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x21F0AAAD)) & M
    x ^= x >> np.uint64(15)
    x = (x * np.uint64(0x735A2D97)) & M
    return x ^ (x >> np.uint64(15))


def head_ids(vocab, seed):
    return [(7919 * (r + 1) + 104729 * seed) % vocab for r in range(min(60, vocab))]


def typical(vocab, seed):
    i = np.arange(vocab)
    a, b = hash32(2 * i, seed), hash32(2 * i + 1, seed)
    low, high = np.uint64(0xFFFF), np.uint64(16)
    total = (a & low) + (a >> high) + (b & low) + (b >> high)
    row = (total.astype(np.float64) - 131070) / 2**14
    ids = head_ids(vocab, seed)
    r = np.arange(len(ids))
    row[ids] = 18 - 11 * r / 32 + (hash32(r, seed + 77) % np.uint64(256)).astype(np.float64) / 1024
    return row


def sampling_input(row, vocab, seed):
    i = np.arange(vocab)
    if row == "typical":
        out = typical(vocab, seed)
    elif row == "flat":
        out = 2 * ((7919 * i + 104729 * seed) % vocab) / 2 ** (vocab - 1).bit_length() - 1
    elif row == "ties":
        out = (hash32(i, seed) % np.uint64(33)).astype(np.float64) / 4
    elif row == "masked":
        out = typical(vocab, seed)
        odd = hash32(i, seed + 5) % np.uint64(2) == 1
        odd[head_ids(vocab, seed)[0]] = False
        out[odd] = -np.inf
    elif row == "negative":
        out = typical(vocab, seed) - 100
    else:
        raise ValueError(f"no row named {row}")
    narrow = out.astype(np.float32)
    assert (narrow == out).all(), f"{row}: not exact in f32"
    return narrow


def main():
    used = set()
    for file in sorted(here.glob("*.json")):
        cases = json.loads(file.read_text()).get("cases", []) if file.name not in ("inputs.json",) else []
        for case in cases:
            found = [case.get("input"), case.get("unconditional")]
            used |= {(x["row"], x["vocab"], x["seed"]) for x in found if x and "row" in x}
    lines = []
    for row, vocab, seed in sorted(used):
        digest = hashlib.sha256(sampling_input(row, vocab, seed).astype("<f4").tobytes()).hexdigest()
        lines.append(json.dumps({"row": row, "vocab": vocab, "seed": seed, "sha256": digest}))
    (here / "inputs.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"inputs.json: {len(lines)} rows")


if __name__ == "__main__":
    main()
