"""What ExLlamaV3's sampler steps leave of a row, step by step (eager), on the CPU.

Run:  python test/golden/sampling/from_exllamav3.py EXLLAMAV3_FOLDER      (writes exllamav3.json)
With: git clone https://github.com/turboderp-org/exllamav3, commit 4f8ad0121f483ba66a5336244a4c3b6d7210385e (1.4.1), torch 2.15.0 (CPU), numpy 2.4.6

generator/sampler/{sampler,custom,presets}.py are executed; the CUDA extension is a stand-in, so that noise is not added and the final argmax draws nothing.
EXL3_FUSED_SAMPLER=0: the fused CUDA kernel, its default, is unverified here, and so are the penalties, which are CUDA only (their numbers are in literal.json)."""

import os
import sys

os.environ["EXL3_FUSED_SAMPLER"] = "0"

import numpy as np  # noqa: E402
import torch  # noqa: E402

import unpacked  # noqa: E402
from vectors import SIZES, Recorder, kept_of, label, literal, logits_of, number, row, softmax, splits_ties  # noqa: E402

BASE = "exllamav3.generator.sampler."
unpacked.only("exllamav3", sys.argv[1], {BASE + "sampler", BASE + "custom", BASE + "presets"},
              {"exllamav3.util.tensor": {"buffered_arange": lambda n, device: torch.arange(n)}})
from exllamav3.generator.sampler.custom import CustomSampler, SS_AdaptiveP, SS_LogitBias, SS_MinP, SS_Temperature, SS_TopK, SS_TopP, SS_XTC  # noqa: E402
from exllamav3.generator.sampler.presets import ComboSampler, DefaultSampler  # noqa: E402

NATIVE = {"repetitionPenalty": "rep_p", "frequencyPenalty": "freq_p", "presencePenalty": "pres_p", "temperature": "temperature", "minP": "min_p", "topK": "top_k", "topP": "top_p",
          "temperatureLast": "temp_last", "adaptiveTarget": "adaptive_target", "adaptiveDecay": "adaptive_decay", "logitBias": "logit_bias"}
defaults = [{"sampler": s, "params": p, "default": d, **({"note": note} if note else {})} for s, p, d, note in [
    ("logitBias", {"logit_bias": None}, None, "0, NaN and +Infinity are dropped; ids past the vocabulary are ignored"),
    ("repetitionPenalty", {"rep_p": 1.0, "rep_sustain_range": 100000000, "rep_decay_range": 0}, 1.0, ""),
    ("frequencyPenalty", {"freq_p": 0.0}, 0.0, "one step with presence; the same ranges"), ("presencePenalty", {"pres_p": 0.0}, 0.0, ""),
    ("temperature", {"temperature": 1.0, "temp_last": False}, 1.0, "0 is argmax; last when temp_last"), ("minP", {"min_p": 0.0}, 0.0, ""), ("topK", {"top_k": 0}, 0, "1 is argmax"),
    ("topP", {"top_p": 1.0}, 1.0, ""), ("adaptiveP", {"adaptive_target": 1.0, "adaptive_decay": 0.9}, {"adaptiveTarget": 1.0, "adaptiveDecay": 0.9}, "1.0 is off")]]
record = Recorder(engine="exllamav3", package="github.com/turboderp-org/exllamav3", version="1.4.1 (4f8ad0121f483ba66a5336244a4c3b6d7210385e)",
                  command="python test/golden/sampling/from_exllamav3.py EXLLAMAV3_FOLDER", versions={"torch": torch.__version__.split("+")[0], "numpy": np.__version__},
                  arithmetic="f32", tolerance=5e-6, note="Defaults: ComboSampler. DefaultSampler is min-p 0.08, then temperature 0.8. Eager steps; the fused kernel keeps ties at a cutoff.",
                  defaults=defaults)


def left_of(sampler, source, most, dtype=torch.float32):
    state = sampler.forward(torch.tensor(logits_of(source), dtype=dtype)[None], rand_u32=0, return_state=True)
    values = state.probs if state.probs is not None else state.logits
    ids = state.indices[0].numpy() if state.indices is not None else np.arange(values.shape[1])
    values = values[0].numpy().astype(np.float64)
    weights = softmax(values) if state.probs is None else values / values.sum()
    return kept_of(ids[weights > 0], weights[weights > 0], most), ids[weights > 0]


def removing(name, source, settings, native, sampler, most=16, **more):
    result, ids = left_of(sampler, source, most)
    record.add(name, source, settings, native, {**result, **splits_ties(source, ids)}, **more)


STEPS = {"temperature": SS_Temperature, "topK": SS_TopK, "topP": SS_TopP, "minP": SS_MinP}


def single(source, setting, value, suffix=None):
    step = STEPS[setting](value)
    removing(f"{setting} {value}, {suffix or label(source)}", source, {setting: value}, {"step": type(step).__name__}, CustomSampler([step]), order=[setting])


def combo(source, settings, name=None):
    kwargs = {NATIVE[k]: ({int(i): b for i, b in v.items()} if k == "logitBias" else v) for k, v in settings.items()}
    removing(name or f"chain {' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, settings, {"ComboSampler": kwargs}, ComboSampler(**kwargs), 64)


VALUES = {"temperature": (0.5, 0.7, 1.2, 2.0), "topK": (1, 3, 5, 40), "topP": (0.0, 0.1, 0.5, 0.9, 0.95, 0.99), "minP": (0.02, 0.1, 0.5, 1.0)}
LARGE = {"topK": (1, 40), "topP": (0.5, 0.9, 0.99), "minP": (0.02, 0.1)}
CHAINS = [{"temperature": 0.7, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05},
          {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05, "temperatureLast": True}, {"temperature": 2.0, "topP": 0.9}, {"temperature": 1.5, "minP": 0.1, "topP": 0.95},
          {"temperature": 0.8, "minP": 0.08}]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        if vocab > 1000 and kind == "negative":
            continue
        for setting, values in (VALUES if vocab == 10 else LARGE).items():
            for value in values:
                single(row(kind, vocab), setting, value)
        for settings in CHAINS:
            combo(row(kind, vocab), settings)
        removing(f"DefaultSampler, {label(row(kind, vocab))}", row(kind, vocab), {"minP": 0.08, "temperature": 0.8}, {"DefaultSampler": {}}, DefaultSampler(), 64, order=["minP", "temperature"])
        for probability, threshold in ((1.0, 0.1), (0.5, 0.1), (0.3, 0.05)):
            removing(f"xtc {probability} {threshold}, {label(row(kind, vocab))}", row(kind, vocab), {"xtcProbability": probability, "xtcThreshold": threshold},
                     {"step": "SS_XTC"}, CustomSampler([SS_XTC(probability, threshold)]), order=["xtc"])
INF = float("-inf")
for logits, setting, values in [([0, 0, 0, 0], "topP", (0.25, 0.5, 0.75, 0.2)), ([1, 1, 0, 0, 0, 0, 0, 0], "topP", (0.5, 0.3, 0.7)), ([3, 2, 2, 2, 1], "topK", (2, 4)), ([2, 2, 2, 1, 0], "minP", (1.0, 0.3)),
                                ([5, INF, 4, INF, 3], "topK", (4,)), ([5, INF, 4, INF, 3], "topP", (0.99,)), ([7], "topP", (0.5,)), ([5, 3, 2.5, 1, 4, 2, 1.5], "topP", (0.95,))]:
    for value in values:
        single(literal(logits), setting, value, str(logits).replace("inf", "∞"))
for settings in ({"topK": 2, "topP": 0.5}, {"topP": 0.5}, {"topK": 2, "topP": 0.6}, {"minP": 0.6, "topP": 0.75}):
    combo(literal(np.log([0.4, 0.3, 0.2, 0.1]).astype(np.float32)), settings, f"chain, is it renormalised between: {' '.join(f'{k} {v}' for k, v in settings.items())}")
for protected in (None, [0], [1], [2]):
    removing(f"xtc, tokens {protected} are protected", literal([2.0, 1.0, 0.5, -1.0]), {"xtcProbability": 1.0, "xtcThreshold": 0.1}, {"step": "SS_XTC", "protected_token_ids": protected},
             CustomSampler([SS_XTC(1.0, 0.1, protected)]), order=["xtc"], **({"protectedTokens": protected} if protected else {}))
combo(row("typical", 10), {"logitBias": {"3": 2.0, "5": -1.5}, "temperature": 0.8}, "chain with a logit bias, typical 10")
bias = SS_LogitBias({1: 5.0, 3: float("nan"), 4: float("inf"), 100: 9.0, 2: INF})
removing("logitBias, what is dropped", row("typical", 10), {"logitBias": {"1": 5.0, "3": "NaN", "4": "Infinity", "100": 9.0, "2": "-Infinity"}}, {"step": "SS_LogitBias"}, CustomSampler([bias]), order=["logitBias"])


# Adaptive-p: the draw needs the extension, so only its state is followed: one step with the noise taken as zero
class Noiseless:
    def adaptivep_gumbel_noise_f32(self, probs, logits, seed, target, inv_width, peak, sharpness):
        self.target = target
        logits.copy_(probs)


noise = Noiseless()
sys.modules["exllamav3.generator.sampler.custom"].ext = noise
for target, decay in ((0.3, 0.9), (0.55, 0.5), (0.0, 0.0), (0.9, 0.999)):
    step = SS_AdaptiveP(target, decay)
    sampler = CustomSampler([step])
    steps, begins = [], {"weightedSum": number(step.weighted_sum), "totalWeight": number(step.total_weight)}
    for seed in (1, 2, 3):
        state = sampler.forward(torch.tensor(logits_of(row("typical", 10, seed)))[None], rand_u32=0, return_state=True)
        steps.append({"input": row("typical", 10, seed), "adaptedTarget": number(noise.target), "picked": int(state.sample[0]),
                      "state": {"weightedSum": number(step.weighted_sum), "totalWeight": number(step.total_weight)}})
    record.add(f"adaptive p, its state, target {target} decay {decay}", row("typical", 10), {"adaptiveTarget": target, "adaptiveDecay": decay}, {"step": "SS_AdaptiveP"}, {"state": begins, "steps": steps}, order=["adaptiveP"])
record.write("exllamav3.json")
