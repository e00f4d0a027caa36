"""What every generator here shares: reading an input, and writing down what an engine made of it. No sampler is implemented in this file."""

import hashlib
import json
import math

import numpy as np

from inputs import here, sampling_input

SIZES = (10, 1000, 50257, 128256)


def number(x):
    """JSON number of 10 significant digits; infinities and NaN as strings."""
    x = float(x)
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    short = float(f"{x:.10g}")
    return short if math.isfinite(short) else x


def logits_of(source):
    """The f32 row an `input` stands for."""
    if "logits" in source:
        return np.array([float(v.replace("Infinity", "inf")) if isinstance(v, str) else v for v in source["logits"]], np.float32)
    return sampling_input(source["row"], source["vocab"], source["seed"])


def literal(values):
    return {"logits": [number(v) for v in values]}


def row(name, vocab, seed=1):
    return {"row": name, "vocab": vocab, "seed": seed}


def softmax(logits):
    z = np.asarray(logits, np.float64)
    if z.size == 0:
        return z
    top = z.max()
    e = np.exp(z - top) if np.isfinite(top) else np.full(z.shape, np.nan)
    return e / e.sum()


def hash_of(ids):
    return hashlib.sha256(np.sort(np.asarray(ids)).astype("<u4").tobytes()).hexdigest()


def kept_of(ids, probabilities, most):
    """`ids` are those left, in any order, with their probabilities; the largest are listed, the lower id first among equals."""
    ids, p = np.asarray(ids, np.int64), np.asarray(probabilities, np.float64)
    order = np.lexsort((ids, -p))[:most]
    return {"kept": len(ids), "keptHash": hash_of(ids), "top": [[int(ids[i]), number(p[i])] for i in order]}


def after(logits, most=16):
    """Result of a row whose removed entries are −Infinity."""
    z = np.asarray(logits, np.float64)
    ids = np.flatnonzero(z > -np.inf)
    return kept_of(ids, softmax(z)[ids], most)


def touched(before, logits):
    """The logits that an engine changed."""
    changed = np.flatnonzero(np.asarray(before, np.float64) != np.asarray(logits, np.float64))
    return {"logits": [[int(i), number(logits[i])] for i in changed]}


def splits_ties(source, ids):
    """Whether a removed entry has the logit of a kept one: which of the equals stays is then the order of a sort, not a rule."""
    z = logits_of(source)
    kept = np.zeros(len(z), bool)
    kept[np.asarray(ids, np.int64)] = True
    kept_values = z[kept & (z > -np.inf)]
    return {"splitsTies": True} if np.isin(z[~kept & (z > -np.inf)], kept_values).any() else {}


# A sum of f32 one by one forgets what is below half a unit of its last place: of 50,257 probabilities most of the tail. Exact sums keep 15 here (transformers.json).
LOST_TAIL = {"topP 0.99, typical 50257": {"rounding": 15}}


class Recorder:
    def __init__(self, **about):
        self.about = about
        self.cases = []
        self.names = set()

    def add(self, name, source, settings, native, result, **more):
        if name in self.names:
            raise ValueError(f"two cases named {name}")
        self.names.add(name)
        self.cases.append({"name": name, "input": source, **{k: v for k, v in more.items() if k in ("history", "order")}, "settings": settings,
                           "native": native, **result, **{k: v for k, v in more.items() if k not in ("history", "order")}})

    def write(self, file):
        head = json.dumps(self.about, indent=1)[:-2]
        lines = ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in self.cases)
        path = here / file
        path.write_text(head + ',\n "cases": [\n' + lines + "\n]}\n")
        print(f"{file}: {len(self.cases)} cases, {path.stat().st_size / 1e3:.0f} kB")


def label(source):
    return f"{source['row']} {source['vocab']}" if "row" in source else f"{len(source['logits'])} given"
