"""A long run of llama.cpp's own adaptive-p after min-p: what it draws, what it remembers, what it makes of a row, and the mean probability of what it drew.

Run:  python test/golden/sampling/from_llama_cpp_adaptive_p.py      (writes adaptive-p.json)
With: llama-cpp-python 0.3.36 (llama.cpp 0c1e5709), numpy 2.4.6

3,000 steps over five rows of 40 tokens in turn, row k having the scores −(0.3 + 0.2k)·((7·id + k) mod 40), rounded to f32; step s has row 7s mod 5. Each target runs
in a chain of llama_sampler_init_min_p(0.01) and llama_sampler_init_adaptive_p(target, decay, seed 7), whose draws are its own. `mean` is the mean of the probability, over the
tokens that min-p leaves, of what was drawn (f64). `picked` and `weightedSum` are of every step, `logits` of every 150th: [step, [id, value] …]."""

import ctypes

import llama_cpp
import numpy as np
from llama_cpp import llama_cpp as C

from vectors import Recorder, number

silent = C.llama_log_callback(lambda level, text, data: None)
C.llama_log_set(silent, None)
STEPS, MIN_P, SEED, STATE = 3000, 0.01, 7, 5016
TYPE = [("id", "<i4"), ("logit", "<f4"), ("p", "<f4")]
ids = np.arange(40)
ROWS = [(-(0.3 + 0.2 * kind) * ((ids * 7 + kind) % 40)).astype(np.float32) for kind in range(5)]
record = Recorder(engine="llama.cpp", package="llama-cpp-python", version=llama_cpp.__version__, command="python test/golden/sampling/from_llama_cpp_adaptive_p.py",
                  versions={"llama.cpp": "0c1e57098bba43ac29e6e3b677cdceebdd22334f", "numpy": np.__version__}, arithmetic="f32", tolerance=1e-5,
                  defaults=[{"sampler": "adaptiveP", "params": {"adaptive_target": -1.0, "adaptive_decay": 0.9}, "default": {"adaptiveTarget": -1.0, "adaptiveDecay": 0.9}}])


def sums(sampler):
    context = ctypes.cast(sampler, ctypes.POINTER(ctypes.c_void_p))[1]
    return (ctypes.c_float * 2).from_address(context + STATE)


def left(array):
    raw = (ctypes.c_char * (12 * array.size)).from_address(ctypes.addressof(array.data.contents))
    return np.frombuffer(raw, dtype=TYPE).copy()


for target, decay in ((0.1, 0.9), (0.2, 0.9), (0.3, 0.9), (0.4, 0.9), (0.5, 0.9), (0.3, 0.5), (0.3, 0.99)):
    least, adaptive = C.llama_sampler_init_min_p(MIN_P, 0), C.llama_sampler_init_adaptive_p(target, decay, SEED)
    begins = [float(x) for x in sums(adaptive)]
    assert abs(begins[0] - target / (1 - decay)) < 1e-2 and abs(begins[1] - 1 / (1 - decay)) < 1e-2, begins
    picked, weighted, logits, total = [], [], [], 0.0
    for step in range(STEPS):
        data = (C.llama_token_data * 40)()
        view = np.frombuffer(data, dtype=TYPE)
        view["id"], view["logit"] = ids, ROWS[step * 7 % 5]
        array = C.llama_token_data_array(data=ctypes.cast(data, ctypes.POINTER(C.llama_token_data)), size=40, selected=-1, sorted=False)
        C.llama_sampler_apply(least, ctypes.byref(array))
        before = left(array)
        C.llama_sampler_apply(adaptive, ctypes.byref(array))
        after = left(array)
        token = int(after["id"][array.selected])
        C.llama_sampler_accept(adaptive, token)
        e = np.exp(before["logit"].astype(np.float64))
        total += float((e / e.sum())[before["id"] == token][0])
        picked.append(token)
        weighted.append(float(f"{sums(adaptive)[0]:.7g}"))
        if step % 150 == 0:
            logits.append([step, *([int(i), number(z)] for i, z in sorted(zip(after["id"], after["logit"])))])
    for one in (least, adaptive):
        C.llama_sampler_free(one)
    print(f"target {target} decay {decay}: mean {total / STEPS:.4f}")
    record.add(f"target {target} decay {decay}", {"logits": [number(z) for z in ROWS[0]]}, {"minP": MIN_P, "adaptiveTarget": target, "adaptiveDecay": decay},
               {"call": "llama_sampler_init_adaptive_p"}, {"mean": number(total / STEPS), "picked": picked, "weightedSum": weighted, "logits": logits})
record.write("adaptive-p.json")
