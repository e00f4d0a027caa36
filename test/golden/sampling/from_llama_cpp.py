"""What llama.cpp's samplers leave of a row, one at a time and in the chain that `common` builds; called through the C API of llama-cpp-python.

Run:  python test/golden/sampling/from_llama_cpp.py [VOCAB.gguf]      (writes llama.cpp.json)
With: llama-cpp-python 0.3.36, built from its source distribution with CMAKE_ARGS="-DGGML_NATIVE=OFF", numpy 2.4.6

DRY and infill look at token texts. Without a model, DRY runs through llama_sampler_init_dry_testing, as in llama.cpp's own test; with a vocabulary file
(stories260K.gguf was used) the string breakers are recorded too. Everything is f32, as it is there. Probabilities are the softmax of the logits left."""

import ctypes
import sys

import llama_cpp
import numpy as np
from llama_cpp import llama_cpp as C

from vectors import LOST_TAIL, SIZES, Recorder, kept_of, label, literal, logits_of, number, row, softmax, splits_ties, touched

silent = C.llama_log_callback(lambda level, text, data: None)
C.llama_log_set(silent, None)
COMMIT = "0c1e57098bba43ac29e6e3b677cdceebdd22334f"  # vendor/llama.cpp of the source distribution
RNG = 7


# our setting -> sampler of common's chain, its native parameters, its default in common_params_sampling
DEFAULTS = [
    {"sampler": "logitBias", "params": {"logit_bias": []}, "default": {}},
    {"sampler": "penalties", "params": {"penalty_last_n": 64, "penalty_repeat": 1.0, "penalty_freq": 0.0, "penalty_present": 0.0},
     "default": {"repetitionWindow": 64, "repetitionPenalty": 1.0, "frequencyPenalty": 0.0, "presencePenalty": 0.0}},
    {"sampler": "dry", "params": {"dry_multiplier": 0.0, "dry_base": 1.75, "dry_allowed_length": 2, "dry_penalty_last_n": 64, "dry_sequence_breakers": ["\n", ":", '"', "*"]},
     "default": {"dryMultiplier": 0.0, "dryBase": 1.75, "dryAllowedLength": 2, "dryWindow": 64, "drySequenceBreakers": ["\n", ":", '"', "*"]}},
    {"sampler": "topNSigma", "params": {"top_n_sigma": -1.0}, "default": -1.0},
    {"sampler": "topK", "params": {"top_k": 40}, "default": 40},
    {"sampler": "typicalP", "params": {"typ_p": 1.0}, "default": 1.0},
    {"sampler": "topP", "params": {"top_p": 0.95}, "default": 0.95},
    {"sampler": "minP", "params": {"min_p": 0.05}, "default": 0.05},
    {"sampler": "xtc", "params": {"xtc_probability": 0.0, "xtc_threshold": 0.1}, "default": {"xtcProbability": 0.0, "xtcThreshold": 0.1}},
    {"sampler": "temperature", "params": {"temp": 0.8, "dynatemp_range": 0.0, "dynatemp_exponent": 1.0},
     "default": {"temperature": 0.8, "dynatempRange": 0.0, "dynatempExponent": 1.0}},
    {"sampler": "adaptiveP", "params": {"adaptive_target": -1.0, "adaptive_decay": 0.9}, "default": {"adaptiveTarget": -1.0, "adaptiveDecay": 0.9},
     "note": "not in the default list; replaces the final draw when named"},
    {"sampler": "mirostat", "params": {"mirostat": 0, "mirostat_tau": 5.0, "mirostat_eta": 0.1}, "default": {"mirostat": 0, "mirostatTau": 5.0, "mirostatEta": 0.1},
     "note": "when not 0 the chain is logitBias, temperature, mirostat"},
    {"sampler": "dist", "params": {"seed": 4294967295}, "default": None, "note": "the draw; min_keep is 0 throughout"},
]
record = Recorder(engine="llama.cpp", package="llama-cpp-python", version=llama_cpp.__version__, command="python test/golden/sampling/from_llama_cpp.py",
                  versions={"llama.cpp": COMMIT, "numpy": np.__version__}, arithmetic="f32", tolerance=5e-6,
                  note="Probabilities: softmax in f64 of the f32 logits left. `common` throws where penalty_repeat is not finite and greater than 0.",
                  defaults=DEFAULTS)


class Candidates:
    def __init__(self, logits):
        n = len(logits)
        self.data = (C.llama_token_data * n)()
        view = np.frombuffer(self.data, dtype=[("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])
        view["id"], view["logit"] = np.arange(n), logits
        self.array = C.llama_token_data_array(data=ctypes.cast(self.data, ctypes.POINTER(C.llama_token_data)), size=n, selected=-1, sorted=False)

    def left(self):
        address = ctypes.addressof(self.array.data.contents)
        raw = (ctypes.c_char * (12 * self.array.size)).from_address(address)
        view = np.frombuffer(raw, dtype=[("id", "<i4"), ("logit", "<f4"), ("p", "<f4")]).copy()
        return view


def run(source, samplers, history=(), free=True):
    """Applies the samplers after each has accepted the tokens of `history`."""
    candidates = Candidates(logits_of(source))
    for sampler in samplers:
        for token in history:
            C.llama_sampler_accept(sampler, token)
        C.llama_sampler_apply(sampler, ctypes.byref(candidates.array))
        if free:
            C.llama_sampler_free(sampler)
    return candidates


def result_of(candidates, most):
    left = candidates.left()
    left = left[left["logit"] > -np.inf]
    return kept_of(left["id"], softmax(left["logit"]), most), left["id"]


def removing(name, source, settings, native, samplers, most=16, history=None, **more):
    result, ids = result_of(run(source, samplers, tokens_of(history)), most)
    extra = {} if history else splits_ties(source, ids) | LOST_TAIL.get(name, {})
    if settings.get("typicalP", 1.0) < 1 and np.isneginf(logits_of(source)).any() and settings.get("topK", 0) <= 0:
        extra["defect"] = "0·ln 0 of a masked token makes the entropy NaN, and the order in which tokens are kept that of a sort over NaN"
    record.add(name, source, settings, native, {**result, **extra}, **({"history": history} if history else {}), **more)


def tokens_of(history):
    return history["prompt"] + history.get("output", []) if history else []


def f32(x):
    return float(np.float32(x))


MAKE = {
    "temperature": lambda s: C.llama_sampler_init_temp_ext(s["temperature"], s.get("dynatempRange", 0.0), s.get("dynatempExponent", 1.0)),
    "topK": lambda s: C.llama_sampler_init_top_k(s["topK"]),
    "topP": lambda s: C.llama_sampler_init_top_p(s["topP"], s.get("minKeep", 0)),
    "minP": lambda s: C.llama_sampler_init_min_p(s["minP"], s.get("minKeep", 0)),
    "typicalP": lambda s: C.llama_sampler_init_typical(s["typicalP"], s.get("minKeep", 0)),
    "topNSigma": lambda s: C.llama_sampler_init_top_n_sigma(s["topNSigma"]),
    "xtc": lambda s: C.llama_sampler_init_xtc(s["xtcProbability"], s["xtcThreshold"], s.get("minKeep", 0), RNG),
    "penalties": lambda s: C.llama_sampler_init_penalties(s["vocab"], s.get("repetitionWindow", 64), s.get("repetitionPenalty", 1.0),
                                                          s.get("frequencyPenalty", 0.0), s.get("presencePenalty", 0.0)),
    "mirostat1": lambda s: C.llama_sampler_init_mirostat(s["vocab"], RNG, s["mirostatTau"], s["mirostatEta"], 100),
    "mirostat2": lambda s: C.llama_sampler_init_mirostat_v2(RNG, s["mirostatTau"], s["mirostatEta"]),
}
CALL = {"temperature": "temp_ext", "topK": "top_k", "topP": "top_p", "minP": "min_p", "typicalP": "typical", "topNSigma": "top_n_sigma", "xtc": "xtc"}


def single(source, sampler, settings, most=16, suffix=""):
    words = " ".join(f"{k} {v}" for k, v in settings.items())
    removing(f"{words}, {label(source)}{suffix}", source, settings, {"call": f"llama_sampler_init_{CALL[sampler]}"}, [MAKE[sampler](settings)], most, order=[sampler])


VALUES = [("temperature", "temperature", (0.5, 0.7, 1.2, 2.0, 0.0, -1.0)), ("topK", "topK", (0, -1, 1, 3, 5, 40)), ("topP", "topP", (0.0, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0)),
          ("minP", "minP", (0.0, 0.02, 0.1, 0.5, 1.0, 1.05)), ("typicalP", "typicalP", (0.0, 0.2, 0.5, 0.9, 0.95, 1.0)), ("topNSigma", "topNSigma", (-1.0, 0.0, 0.5, 1.0, 2.0))]
LARGE = [("temperature", "temperature", (0.7, 1.5)), ("topK", "topK", (1, 40, 1000)), ("topP", "topP", (0.5, 0.9, 0.99)), ("minP", "minP", (0.02, 0.1)),
         ("typicalP", "typicalP", (0.2, 0.9)), ("topNSigma", "topNSigma", (1.0, 2.0))]
XTC = [(1.0, 0.1), (1.0, 0.05), (1.0, 0.5), (1.0, 0.51), (1.0, 0.0), (0.0, 0.1)]
DYNAMIC = [(1.0, 0.5, 1.0), (0.8, 0.7, 1.5), (0.5, 0.5, 1.0), (0.3, 0.6, 0.5)]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        if vocab > 1000 and kind == "negative":
            continue
        source = row(kind, vocab)
        for sampler, setting, values in VALUES if vocab == 10 else LARGE:
            for value in values:
                single(source, sampler, {setting: value})
        for probability, threshold in XTC if vocab == 10 else XTC[:2]:
            single(source, "xtc", {"xtcProbability": probability, "xtcThreshold": threshold})
        for temperature, spread, exponent in DYNAMIC if vocab == 10 else DYNAMIC[:2]:
            single(source, "temperature", {"temperature": temperature, "dynatempRange": spread, "dynatempExponent": exponent})

INF = float("-inf")
for logits, sampler, setting, values in [
        ([0, 0, 0, 0], "topP", "topP", (0.25, 0.5, 0.75, 0.2500001, 0.1)), ([1, 1, 0, 0, 0, 0, 0, 0], "topP", "topP", (0.5, 0.3, 0.7)),
        ([3, 2, 2, 2, 1], "topK", "topK", (1, 2, 3, 4, 5, 9)), ([2, 2, 2, 2, 2, 2], "topK", "topK", (1, 3)), ([2, 2, 2, 1, 0], "minP", "minP", (1.0, 0.3, 0.4)),
        ([0, 0, 0, 0], "typicalP", "typicalP", (0.25, 0.5, 0.75, 0.2)), ([5, 5, 4, 1], "temperature", "temperature", (0.0, -0.5)), ([1, 4, 5, 5], "temperature", "temperature", (0.0,)),
        ([5, INF, 4, INF, 3], "topK", "topK", (2, 3, 4, 5)), ([5, INF, 4, INF, 3], "topP", "topP", (0.6, 0.99)), ([5, INF, 4, INF, 3], "minP", "minP", (0.1, 0.5)),
        ([5, INF, 4, INF, 3], "typicalP", "typicalP", (0.2, 0.9)), ([5, INF, 4, INF, 3], "topNSigma", "topNSigma", (1.0, 2.0)),
        ([0, 0, 0, 0], "topNSigma", "topNSigma", (1.0,)), ([7], "topP", "topP", (0.5,)), ([7], "topK", "topK", (1, 5)), ([7], "typicalP", "typicalP", (0.5,)),
        ([7], "minP", "minP", (0.5,)), ([7], "topNSigma", "topNSigma", (1.0,))]:
    for value in values:
        single(literal(logits), sampler, {setting: value}, suffix=f" {logits}".replace("inf", "∞"))
for logits, threshold in [([0, 0, 0, 0], 0.25), ([0, 0, 0, 0], 0.2500001), ([3, 3, 2, 0], 0.2), ([5, INF, 4, INF, 3], 0.05), ([7], 0.1)]:
    single(literal(logits), "xtc", {"xtcProbability": 1.0, "xtcThreshold": threshold}, suffix=f" {logits}".replace("inf", "∞"))
for logits in ([5, INF, 4, INF, 3], [0, 0, 0, 0], [7]):
    single(literal(logits), "temperature", {"temperature": 1.0, "dynatempRange": 0.5, "dynatempExponent": 1.0}, suffix=f" {logits}".replace("inf", "∞"))
for sampler, setting, value, keep in [("topP", "topP", 0.1, 3), ("minP", "minP", 0.9, 3), ("typicalP", "typicalP", 0.1, 3)]:
    removing(f"{setting} {value}, min_keep {keep}, typical 10", row("typical", 10), {setting: value}, {"call": f"llama_sampler_init_{CALL[sampler]}", "min_keep": keep},
             [MAKE[sampler]({setting: value, "minKeep": keep})], order=[sampler], minKeep=keep)


# Penalties and biases: the logits they change
def changing(name, source, settings, native, sampler, history=None, **more):
    before = logits_of(source)
    left = run(source, [sampler], tokens_of(history)).left()
    after = np.full(len(before), -np.inf, np.float32)
    after[left["id"]] = left["logit"]
    record.add(name, source, settings, native, touched(before, after), **({"history": history} if history else {}), **more)


LONG = {"prompt": [3, 7, 7, 1, 4], "output": [3, 7, 9, 3, 7]}
for source in (row("typical", 10), row("ties", 10), row("negative", 10), row("masked", 10), literal([2, -2, 0, 1.5, -0.5, 3, 0.25, -1, 4, 0])):
    for settings in ({"repetitionPenalty": 1.2}, {"repetitionPenalty": 0.8}, {"frequencyPenalty": 0.5}, {"presencePenalty": 0.5},
                     {"repetitionPenalty": 1.2, "frequencyPenalty": 0.5, "presencePenalty": 0.25}, {"repetitionPenalty": 1.2, "frequencyPenalty": 0.5, "repetitionWindow": 3},
                     {"repetitionPenalty": 1.2, "repetitionWindow": 0}, {"repetitionPenalty": 1.2, "repetitionWindow": -1}):
        full = {"repetitionWindow": 64, **settings}
        changing(f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, full, {"call": "llama_sampler_init_penalties"},
                 MAKE["penalties"]({**full, "vocab": len(logits_of(source))}), LONG)
many = {"prompt": [int(i) for i in np.arange(70) % 9], "output": [9]}
changing("repetitionPenalty, 71 tokens and a window of 64", row("typical", 10), {"repetitionPenalty": 1.5, "frequencyPenalty": 0.125, "repetitionWindow": 64},
         {"call": "llama_sampler_init_penalties"}, MAKE["penalties"]({"vocab": 10, "repetitionPenalty": 1.5, "frequencyPenalty": 0.125}), many)
for bias in ({3: 2.5, 7: -1.25}, {0: INF, 8: INF}, {11: 5.0, 2: 1.0}):
    pairs = (C.llama_logit_bias * len(bias))(*[C.llama_logit_bias(token=k, bias=v) for k, v in bias.items()])
    changing(f"logitBias {bias}".replace("inf", "∞"), row("typical", 10), {"logitBias": {str(k): number(v) for k, v in bias.items()}}, {"call": "llama_sampler_init_logit_bias"},
             C.llama_sampler_init_logit_bias(10, len(bias), pairs))

# DRY with breakers given as tokens, as llama.cpp's test does
library = C._lib
mangled = "_Z30llama_sampler_init_dry_testingffiiRKSt6vectorIS_IiSaIiEESaIS1_EE"
dry_testing = getattr(library, mangled)
dry_testing.restype = ctypes.c_void_p
dry_testing.argtypes = [ctypes.c_float, ctypes.c_float, ctypes.c_int32, ctypes.c_int32, ctypes.c_void_p]


class Vector(ctypes.Structure):
    _fields_ = [("begin", ctypes.c_void_p), ("end", ctypes.c_void_p), ("capacity", ctypes.c_void_p)]


def vector(kind, items):
    """A std::vector as libstdc++ lays it out, with what must stay alive beside it."""
    store = (kind * max(len(items), 1))(*items)
    begin = ctypes.addressof(store)
    end = begin + len(items) * ctypes.sizeof(kind)
    return Vector(begin, end, end), store


def dry(multiplier, base, allowed, window, breakers):
    inner = [vector(ctypes.c_int32, b) for b in breakers]
    outer, store = vector(Vector, [v for v, _ in inner])
    made = dry_testing(multiplier, base, allowed, window, ctypes.addressof(outer))
    del store
    return ctypes.cast(made, C.llama_sampler_init_greedy.restype)


DRY = [
    ("a repeat of two is penalised once", {"prompt": [0, 1, 2, 0, 1]}, 1.0, 1.75, 2, 64, []),
    ("allowed length 1", {"prompt": [0, 1, 2, 0, 1]}, 1.0, 1.75, 1, 64, []),
    ("one matched token, allowed length 1", {"prompt": [1, 2, 5, 1]}, 1.0, 1.75, 1, 64, []),
    ("allowed length 4, a repeat of two", {"prompt": [5, 6, 8, 0, 1, 2, 4, 6, 0, 1]}, 1.0, 1.75, 4, 64, []),
    ("the longest of two repeats counts", {"prompt": [1, 2, 3, 5, 2, 3, 5, 1, 2, 3]}, 0.5, 2.0, 2, 64, []),
    ("two continuations", {"prompt": [1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3]}, 0.8, 1.75, 2, 64, []),
    ("a run of one token", {"prompt": [4, 4, 4, 4, 4, 4]}, 0.8, 1.75, 2, 64, []),
    ("a breaker inside the repeat", {"prompt": [0, 1, 3, 4, 5, 0, 1, 3, 4]}, 0.8, 1.75, 2, 64, [[3]]),
    ("a breaker at the start of the repeat", {"prompt": [3, 0, 1, 4, 5, 3, 0, 1, 4]}, 0.8, 1.75, 2, 64, [[3]]),
    ("a breaker of two tokens", {"prompt": [0, 1, 3, 4, 5, 6, 0, 1, 3, 4, 5]}, 0.8, 1.75, 2, 64, [[3, 4]]),
    ("a breaker is never penalised", {"prompt": [0, 1, 2, 3, 0, 1, 2]}, 0.8, 1.75, 2, 64, [[3]]),
    ("the first token of a longer breaker is", {"prompt": [0, 1, 2, 3, 0, 1, 2]}, 0.8, 1.75, 2, 64, [[3, 4]]),
    ("a window that cuts the repeat", {"prompt": [0, 1, 2, 5, 6, 0, 1]}, 0.8, 1.75, 2, 4, []),
    ("a window of 7 of 12", {"prompt": [0, 1, 2, 3, 4, 0, 1, 2, 0, 1, 2, 0]}, 0.8, 1.75, 2, 7, []),
    ("too few tokens", {"prompt": [0, 0]}, 0.8, 1.75, 2, 64, []),
    ("exponents are clamped", {"prompt": [1, 2] * 100}, 1e-3, 3.0, 2, 200, []),
    ("prompt and output are one text", {"prompt": [0, 1, 2, 0], "output": [1]}, 0.8, 1.75, 2, 64, []),
]
for name, history, multiplier, base, allowed, window, breakers in DRY:
    history = {"prompt": history["prompt"], "output": history.get("output", [])}
    for kind in ("typical", "negative"):
        changing(f"dry, {name}, {kind}", row(kind, 10),
                 {"dryMultiplier": multiplier, "dryBase": base, "dryAllowedLength": allowed, "dryWindow": window, "drySequenceBreakers": breakers},
                 {"call": "llama_sampler_init_dry_testing"}, dry(multiplier, base, allowed, window, breakers), history, breakers="token ids")


# Samplers with a state: each step shows what is left, which token the engine drew, and the state after it (read from the sampler's memory)
def state_of(sampler, offset, names):
    context = ctypes.cast(sampler, ctypes.POINTER(ctypes.c_void_p))[1]
    values = (ctypes.c_float * len(names)).from_address(context + offset)
    return {name: number(v) for name, v in zip(names, values)}


def stepping(name, rows, settings, native, sampler, offset, names, begins, most=12):
    steps = []
    state = state_of(sampler, offset, names)
    assert all(abs(state[k] - v) < 1e-4 * max(1, abs(v)) for k, v in begins.items()), (state, begins)
    for source in rows:
        candidates = run(source, [sampler], free=False)
        result, _ = result_of(candidates, most)
        picked = int(candidates.left()["id"][candidates.array.selected])
        C.llama_sampler_accept(sampler, picked)
        steps.append({"input": source, **result, "picked": picked, "state": state_of(sampler, offset, names)})
    C.llama_sampler_free(sampler)
    record.add(name, rows[0], settings, native, {"state": state, "steps": steps}, order=["mirostat" if "mirostat" in settings else "adaptiveP"])


for vocab in (10, 1000, 50257, 128256):
    rows = [row(kind, vocab, seed) for kind, seed in (("typical", 1), ("typical", 2), ("flat", 1), ("typical", 3), ("masked", 1), ("typical", 1))][: 6 if vocab < 2000 else 4]
    for tau, eta in ((5.0, 0.1), (2.0, 0.5)):
        settings = {"mirostatTau": tau, "mirostatEta": eta}
        stepping(f"mirostat 2, tau {tau} eta {eta}, V {vocab}", rows, {"mirostat": 2, **settings}, {"call": "llama_sampler_init_mirostat_v2"},
                 MAKE["mirostat2"](settings), 16, ["mu"], {"mu": 2 * tau})
        settings = {**settings, "vocab": vocab}
        plain = [r for r in rows if r["row"] != "masked"]
        stepping(f"mirostat 1, tau {tau} eta {eta}, V {vocab}", plain, {"mirostat": 1, "mirostatTau": tau, "mirostatEta": eta}, {"call": "llama_sampler_init_mirostat", "m": 100},
                 MAKE["mirostat1"](settings), 24, ["mu"], {"mu": 2 * tau})
    for target, decay in ((0.3, 0.9), (0.55, 0.5), (0.0, 0.0), (1.0, 0.999), (-1.0, 0.9)):
        clamped = min(decay, float(np.float32(0.99)))
        stepping(f"adaptive p, target {target} decay {decay}, V {vocab}", rows[: 6 if vocab == 10 else 3], {"adaptiveTarget": target, "adaptiveDecay": decay},
                 {"call": "llama_sampler_init_adaptive_p"}, C.llama_sampler_init_adaptive_p(target, decay, RNG), 5016, ["weightedSum", "totalWeight"],
                 {"weightedSum": target / (1 - clamped), "totalWeight": 1 / (1 - clamped)})


# The chain of `common`: what is not set has the default of common_params_sampling
BASE = {"repetitionWindow": 64, "repetitionPenalty": 1.0, "frequencyPenalty": 0.0, "presencePenalty": 0.0, "topNSigma": -1.0, "topK": 40, "typicalP": 1.0,
        "topP": 0.95, "minP": 0.05, "xtcProbability": 0.0, "xtcThreshold": 0.1, "temperature": 0.8, "dynatempRange": 0.0, "dynatempExponent": 1.0}


def chain(name, source, settings, most=64, history=None):
    s = {**BASE, **settings, "vocab": len(logits_of(source))}
    built = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
    parts = []
    if "logitBias" in s:
        bias = s["logitBias"]
        parts.append(C.llama_sampler_init_logit_bias(s["vocab"], len(bias), (C.llama_logit_bias * len(bias))(*[C.llama_logit_bias(token=int(k), bias=v) for k, v in bias.items()])))
    parts.append(MAKE["penalties"](s))
    if s.get("dryMultiplier"):
        parts.append(dry(s["dryMultiplier"], s["dryBase"], s["dryAllowedLength"], s["dryWindow"], s["drySequenceBreakers"]))
    parts += [MAKE[k](s) for k in ("topNSigma", "topK", "typicalP", "topP", "minP", "xtc", "temperature")]
    for part in parts:
        C.llama_sampler_chain_add(built, part)
    removing(name, source, settings, {"chain": [C.llama_sampler_name(p).decode() for p in parts]}, [built], most, history=history)


SETTINGS = [{}, {"temperature": 0.7}, {"temperature": 0.7, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05},
            {"temperature": 2.0, "topK": 0, "topP": 0.9, "minP": 0.0}, {"topK": 0, "topP": 1.0, "minP": 0.1}, {"topK": 0, "typicalP": 0.9, "minP": 0.0},
            {"topNSigma": 1.0, "temperature": 1.5}, {"xtcProbability": 1.0, "xtcThreshold": 0.1}, {"dynatempRange": 0.5, "temperature": 1.0}, {"temperature": 0.0}]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        for settings in SETTINGS:
            if vocab > 1000 and kind in ("flat", "negative") and settings:
                continue
            source = row(kind, vocab)
            chain(f"chain {' '.join(f'{k} {v}' for k, v in settings.items()) or 'defaults'}, {label(source)}", source, settings)
for settings in ({"topK": 2, "topP": 0.5, "minP": 0.0, "temperature": 1.0}, {"topK": 0, "topP": 0.5, "minP": 0.0, "temperature": 1.0}):
    chain(f"chain, is top-p measured after top-k: {settings['topK']}", literal(np.log([0.4, 0.3, 0.2, 0.1]).astype(np.float32)), settings)
for kind in ("typical", "ties", "negative"):
    chain(f"chain of penalties, DRY, bias and truncation, {kind}", row(kind, 10),
          {"logitBias": {"0": 1.5}, "repetitionPenalty": 1.3, "frequencyPenalty": 0.25, "presencePenalty": 0.5, "dryMultiplier": 0.8, "dryBase": 1.75, "dryAllowedLength": 2,
           "dryWindow": 64, "drySequenceBreakers": [], "topK": 7, "topP": 0.97, "minP": 0.01, "temperature": 1.1}, history={"prompt": [3, 7, 7, 1, 4], "output": [9, 3, 7, 9, 3, 7]})
chain("chain, repetition penalty moves the head, typical 1000", row("typical", 1000), {"repetitionPenalty": 1.3}, history={"prompt": [648, 567, 486], "output": [405, 324]})

# String breakers and infill need a vocabulary
if len(sys.argv) > 1:
    model = llama_cpp.Llama(sys.argv[1], vocab_only=True, verbose=False)
    vocabulary = C.llama_model_get_vocab(model._model.model)
    size = C.llama_vocab_n_tokens(vocabulary)
    for name, text, breakers in [("default breakers", b"Tim said: hello big dog. Mia said: hello big", ["\n", ":", '"', "*"]),
                                 ("no breakers", b"Tim said: hello big dog. Mia said: hello big", []),
                                 ("a breaker of many characters", b"Tim said: hello big dog. Mia said: hello big", ["hello"]),
                                 ("a breaker inside one token", b"once upon a time. once upon a", ["p"])]:
        tokens = model.tokenize(text, add_bos=False)
        words = (ctypes.c_char_p * max(len(breakers), 1))(*[b.encode() for b in breakers])
        sampler = C.llama_sampler_init_dry(vocabulary, 0.8, 1.75, 2, 64, words, len(breakers))
        changing(f"dry on stories260K, {name}", row("typical", size),
                 {"dryMultiplier": 0.8, "dryBase": 1.75, "dryAllowedLength": 2, "dryWindow": 64, "drySequenceBreakers": breakers}, {"call": "llama_sampler_init_dry"},
                 sampler, {"prompt": tokens, "output": []}, model="stories260K.gguf", text=text.decode())
    for kind, seed in (("typical", 1), ("typical", 4), ("flat", 1)):
        removing(f"infill on stories260K, {kind} {seed}", row(kind, size, seed), {"infill": True}, {"call": "llama_sampler_init_infill"},
                 [C.llama_sampler_init_infill(vocabulary)], order=["infill"], model="stories260K.gguf", eog=[t for t in range(size) if C.llama_vocab_is_eog(vocabulary, t)])
record.write("llama.cpp.json")
