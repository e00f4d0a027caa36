"""One sampling step of a language model: llama.cpp's samplers through its C interface, and transformers' logits processors on PyTorch.

A step begins with the row of scores: llama.cpp's candidates are filled anew each time, as llama_sampler_sample does, and transformers gets the row as a tensor.
"""

import ctypes

import numpy as np
from arrays import array

try:
    import llama_cpp as C
except ImportError:
    C = None
try:
    import torch
except ImportError:
    torch = None
try:
    import transformers as hf
except ImportError:
    hf = None


def llama_chain(vocabulary, steps, history):
    chain = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
    make = {
        "penalties": lambda n, r: C.llama_sampler_init_penalties(vocabulary, n, r, 0.0, 0.0),
        "temperature": C.llama_sampler_init_temp,
        "topK": C.llama_sampler_init_top_k,
        "topP": lambda p: C.llama_sampler_init_top_p(p, 1),
        "minP": lambda p: C.llama_sampler_init_min_p(p, 1),
        "typical": lambda p: C.llama_sampler_init_typical(p, 1),
        "topNSigma": C.llama_sampler_init_top_n_sigma,
        "xtc": lambda p, t: C.llama_sampler_init_xtc(p, t, 1, 1),
        "mirostat2": lambda tau, eta: C.llama_sampler_init_mirostat_v2(1, tau, eta),
        "draw": lambda: C.llama_sampler_init_dist(1),
    }
    for name, *values in steps:
        C.llama_sampler_chain_add(chain, make[name](*values))
    for token in history:
        C.llama_sampler_accept(chain, token)
    return chain


def llamacpp_step(x, steps, history=(), kept=False):
    """`kept` gives the number of tokens left by the first call, of a chain that does not draw."""
    rows = list(array(x))
    vocabulary = len(rows[0])
    chain = llama_chain(vocabulary, steps, history)
    data = np.zeros(vocabulary, dtype=[("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])
    ids = np.arange(vocabulary, dtype="<i4")
    pointer = data.ctypes.data_as(ctypes.POINTER(C.llama_token_data))
    candidates = C.llama_token_data_array(data=pointer, size=vocabulary, selected=-1, sorted=False)
    at = ctypes.byref(candidates)

    def run(i):
        data["id"] = ids
        data["logit"] = rows[i % len(rows)]
        candidates.data = pointer
        candidates.size = vocabulary
        candidates.selected = -1
        candidates.sorted = False
        C.llama_sampler_apply(chain, at)
        return candidates.size if kept and i == 0 else None

    return run


def transformers_step(x, steps, history=(), kept=False):
    rows = [torch.from_numpy(row)[None] for row in array(x)]
    make = {
        "penalties": lambda _, r: hf.RepetitionPenaltyLogitsProcessor(r),
        "temperature": lambda t: hf.TemperatureLogitsWarper(float(t)),
        "topK": hf.TopKLogitsWarper,
        "topP": hf.TopPLogitsWarper,
        "minP": hf.MinPLogitsWarper,
        "typical": lambda p: hf.TypicalLogitsWarper(mass=p),
    }
    processors = hf.LogitsProcessorList([make[name](*values) for name, *values in steps if name != "draw"])
    ids = torch.tensor([list(history) or [0]])

    def run(i):
        scores = processors(ids, rows[i % len(rows)])
        if kept:
            return int((scores > -torch.inf).sum()) if i == 0 else None
        torch.multinomial(torch.softmax(scores, -1), 1)
        return None

    return run


def torch_multinomial(x, temperature):
    rows = [torch.from_numpy(row) for row in array(x)]

    def run(i):
        torch.multinomial(torch.softmax(rows[i % len(rows)] / temperature, -1), 1)
        return None

    return run


JOBS = {
    **({"llamacpp_step": llamacpp_step} if C else {}),
    **({"transformers_step": transformers_step} if hf else {}),
    **({"torch_multinomial": torch_multinomial} if torch else {}),
}
