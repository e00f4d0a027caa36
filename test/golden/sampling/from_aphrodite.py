"""What Aphrodite's V1 Sampler leaves of a row, on the PyTorch path: the samplers few other engines have.

Run:  python test/golden/sampling/from_aphrodite.py FOLDER      (writes aphrodite.json)
With: git clone https://github.com/aphrodite-engine/aphrodite-engine, commit b42eeec22c42d9a485bab4a8784b26abccf44515, torch 2.15.0 (CPU), numpy 2.4.6

The Sampler, its metadata, its ops, its built-in logits processors and the penalties are executed; platforms, config and logging are stand-ins (no CUDA, no Triton).
`logprobs_mode="processed_logits"` hands back what it draws from. f32, as there."""

import sys
from collections import namedtuple
from dataclasses import fields
from enum import IntEnum
from types import SimpleNamespace
from unittest import mock

import numpy as np
import torch

import unpacked
from vectors import SIZES, Recorder, after, label, literal, logits_of, number, row, splits_ties, touched

names = ("DRY", "PENALTIES", "NO_REPEAT_NGRAM", "TEMPERATURE", "TOP_NSIGMA", "TOP_P_TOP_K", "TOP_A", "MIN_P", "TFS", "ETA_CUTOFF", "EPSILON_CUTOFF", "TYPICAL_P", "QUADRATIC", "XTC")
platform = mock.MagicMock(**{f"is_{kind}.return_value": False for kind in ("cpu", "cuda", "cuda_alike", "rocm", "xpu", "tpu", "out_of_tree")})
SIX = "aphrodite.v1.sample."
OPS = ("bad_words", "dry", "epsilon_cutoff", "eta_cutoff", "min_p", "mirostat", "no_repeat_ngram", "penalties", "quadratic", "skew", "temperatures", "tfs", "top_a", "top_nsigma", "typical_p", "xtc",
       "topk_topp_sampler")
padded = lambda x, pad, dtype, **_: torch.tensor(x, dtype=dtype)  # noqa: E731
unpacked.only("aphrodite", sys.argv[1],
              {SIX + "sampler", SIX + "metadata", SIX + "ops", *(SIX + "ops." + op for op in OPS), SIX + "logits_processor.builtin", SIX + "logits_processor.interface",
               "aphrodite.model_executor.layers.utils", "aphrodite._custom_ops"},
              {"aphrodite.platforms": {"current_platform": platform}, "aphrodite.triton_utils": {"HAS_TRITON": False}, "aphrodite.config.model": {"LogprobsMode": str},
               "aphrodite._aiter_ops": {"rocm_aiter_ops": mock.MagicMock(is_enabled=lambda: False)}, "aphrodite.utils.platform_utils": {"is_pin_memory_available": lambda: False},
               "aphrodite.utils.torch_utils": {"make_tensor_with_pad": padded}, "aphrodite.sampling_params": {"SamplerID": IntEnum("SamplerID", names)},
               "aphrodite.v1.outputs": {"LogprobsTensors": namedtuple("LogprobsTensors", "ids values ranks"), "SamplerOutput": namedtuple("SamplerOutput", "sampled_token_ids logprobs_tensors")}})
from aphrodite.v1.sample.logits_processor.builtin import LogitBiasLogitsProcessor, MinPLogitsProcessor  # noqa: E402
from aphrodite.v1.sample.logits_processor.interface import BatchUpdate  # noqa: E402
from aphrodite.v1.sample.metadata import SamplingMetadata  # noqa: E402
from aphrodite.v1.sample.sampler import Sampler  # noqa: E402

# settings -> field of SamplingMetadata, its type
FIELD = {"temperature": "temperature", "dynatempLow": "dynatemp_min", "dynatempHigh": "dynatemp_max", "dynatempExponent": "dynatemp_exp", "topP": "top_p", "topA": "top_a", "tfs": "tfs",
         "etaCutoff": "eta_cutoff", "epsilonCutoff": "epsilon_cutoff", "typicalP": "typical_p", "smoothingFactor": "quadratic_smoothing_factor", "smoothingCurve": "quadratic_smoothing_curve",
         "xtcThreshold": "xtc_threshold", "xtcProbability": "xtc_probability", "topNSigma": "top_nsigma", "skew": "skew", "dryMultiplier": "dry_multiplier", "dryBase": "dry_base"}
WHOLE = {"topK": "top_k", "dryAllowedLength": "dry_allowed_length", "dryWindow": "dry_ranges", "noRepeatNgramSize": "no_repeat_ngram_size", "mirostat": "mirostat_mode"}
defaults = [{"sampler": s, "params": p, "default": d, **({"note": note} if note else {})} for s, p, d, note in [
    ("badWords", {"bad_words": None}, None, ""), ("minNewTokens", {"min_tokens": 0}, 0, ""), ("logitBias", {"logit_bias": None}, None, ""),
    ("penalties", {"repetition_penalty": 1.0, "frequency_penalty": 0.0, "presence_penalty": 0.0}, {"repetitionPenalty": 1.0, "frequencyPenalty": 0.0, "presencePenalty": 0.0}, "here, and once more after DRY"),
    ("dry", {"dry_multiplier": 0.0, "dry_base": 1.75, "dry_allowed_length": 2, "dry_range": 0, "dry_max_ngram": 12, "dry_max_occurrences": 8, "dry_early_exit_match_len": 8},
     {"dryMultiplier": 0.0, "dryBase": 1.75, "dryAllowedLength": 2, "dryWindow": 0}, "a range of 0 is everything"),
    ("penalties", {}, None, "the second time"), ("noRepeatNgramSize", {"no_repeat_ngram_size": 0}, 0, ""),
    ("temperature", {"temperature": 1.0, "dynatemp_min": 0.0, "dynatemp_max": 0.0, "dynatemp_exponent": 1.0, "temperature_last": False}, 1.0, "after XTC when temperature_last"),
    ("topNSigma", {"nsigma": 0.0}, 0.0, ""), ("topA", {"top_a": 0.0}, 0.0, ""), ("tfs", {"tfs": 1.0}, 1.0, ""), ("etaCutoff", {"eta_cutoff": 0.0}, 0.0, ""), ("epsilonCutoff", {"epsilon_cutoff": 0.0}, 0.0, ""),
    ("typicalP", {"typical_p": 1.0}, 1.0, ""), ("smoothing", {"smoothing_factor": 0.0, "smoothing_curve": 1.0}, {"smoothingFactor": 0.0, "smoothingCurve": 1.0}, ""),
    ("xtc", {"xtc_probability": 0.0, "xtc_threshold": 0.1}, {"xtcProbability": 0.0, "xtcThreshold": 0.1}, ""), ("minP", {"min_p": 0.0}, 0.0, "a logits processor, after all of these"),
    ("skew", {"skew": 0.0}, 0.0, ""), ("topK", {"top_k": 0}, 0, ""), ("topP", {"top_p": 1.0}, 1.0, ""),
    ("mirostat", {"mirostat_mode": 0, "mirostat_tau": 0.0, "mirostat_eta": 0.0}, {"mirostat": 0, "mirostatTau": 0.0, "mirostatEta": 0.0}, "mode 2: instead of everything from DRY to XTC")]]
record = Recorder(engine="aphrodite", package="github.com/aphrodite-engine/aphrodite-engine", version="b42eeec22c42d9a485bab4a8784b26abccf44515",
                  command="python test/golden/sampling/from_aphrodite.py FOLDER", versions={"torch": torch.__version__.split("+")[0], "numpy": np.__version__}, arithmetic="f32", tolerance=5e-6,
                  note="The PyTorch path. Samplers that are off are not in the batch (None), as when no request asks for them.", defaults=defaults)
config = SimpleNamespace(scheduler_config=SimpleNamespace(max_num_seqs=1))


def run(source, s, history=None, greedy=False, persistent=None):
    history = history or {"prompt": [], "output": []}
    vocab = len(logits_of(source))
    one = lambda v, dtype=torch.float32: torch.tensor([v], dtype=dtype)  # noqa: E731
    given = {f.name: None for f in fields(SamplingMetadata) if f.name not in ("persistent_data",)}
    given |= {FIELD[k]: one(v) for k, v in s.items() if k in FIELD} | {WHOLE[k]: one(v, torch.int64) for k, v in s.items() if k in WHOLE}
    given["temperature"] = one(s.get("temperature", 1.0))
    if s.get("topK", 0) > 0:
        given["top_k"] = one(min(s["topK"], vocab), torch.int32)
    if "dryMultiplier" in s:
        breakers = s["drySequenceBreakers"] or [vocab]
        given |= {"dry_sequence_breaker_ids": torch.tensor([breakers]), "dry_max_ngram": one(12, torch.int64), "dry_max_occurrences": one(8, torch.int64), "dry_early_exit_match_len": one(8, torch.int64)}
    if "mirostat" in s:
        given |= {"mirostat_tau": one(s["mirostatTau"]), "mirostat_eta": one(s["mirostatEta"])}
    penalties = (s.get("frequencyPenalty", 0.0), s.get("presencePenalty", 0.0), s.get("repetitionPenalty", 1.0))
    update = BatchUpdate(batch_size=1, removed=[], moved=[], added=[(0, SimpleNamespace(min_p=s.get("minP", 0.0), logit_bias={int(k): v for k, v in s.get("logitBias", {}).items()} or None),
                                                                    history["prompt"], history["output"])])
    made = [MinPLogitsProcessor(config, "cpu", False), LogitBiasLogitsProcessor(config, "cpu", False)]
    for processor in made:
        processor.update_state(update)
    given |= {"all_greedy": greedy, "all_random": not greedy, "generators": {}, "max_num_logprobs": -1, "no_penalties": penalties == (0.0, 0.0, 1.0), "frequency_penalties": one(penalties[0]),
              "presence_penalties": one(penalties[1]), "repetition_penalties": one(penalties[2]), "prompt_token_ids": torch.tensor([history["prompt"]], dtype=torch.int64),
              "output_token_ids": [history["output"]], "bad_words_token_ids": {}, "logit_bias": {}, "temperature_last": [bool(s.get("temperatureLast"))],
              "logitsprocs": SimpleNamespace(argmax_invariant=made[:1], non_argmax_invariant=made[1:]), "persistent_data": {} if persistent is None else persistent}
    return Sampler(logprobs_mode="processed_logits")(torch.tensor(logits_of(source))[None].clone(), SamplingMetadata(**given)).logprobs_tensors.values[0].numpy()


def removing(source, settings, most=16, name=None, history=None, **more):
    torch.manual_seed(0)
    left = run(source, settings, history)
    record.add(name or f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, settings, {"sampler": "Sampler.forward"},
               {**after(left, most), **({} if history else splits_ties(source, np.flatnonzero(left > -np.inf)))}, **({"history": history} if history else {}), **more)


def changing(name, source, settings, history, **more):
    record.add(name, source, settings, {"sampler": "Sampler.forward"}, touched(logits_of(source), run(source, settings, history, greedy=True)), history=history, **more)


ONE = [{"topNSigma": 1.0}, {"topNSigma": 2.0}, {"topA": 0.1}, {"topA": 0.5}, {"tfs": 0.3}, {"tfs": 0.9}, {"etaCutoff": 0.02}, {"etaCutoff": 0.5}, {"epsilonCutoff": 0.02}, {"epsilonCutoff": 0.9}, {"typicalP": 0.2},
       {"typicalP": 0.5}, {"typicalP": 0.9}, {"smoothingFactor": 0.3, "smoothingCurve": 1.0}, {"smoothingFactor": 0.3, "smoothingCurve": 2.0}, {"smoothingFactor": 1.5, "smoothingCurve": 3.0},
       {"xtcProbability": 1.0, "xtcThreshold": 0.1}, {"xtcProbability": 1.0, "xtcThreshold": 0.05}, {"skew": 0.5}, {"skew": -0.5}, {"skew": 2.0}, {"topP": 0.9}, {"topK": 3}, {"minP": 0.1},
       {"dynatempLow": 0.5, "dynatempHigh": 1.5, "dynatempExponent": 1.0}, {"dynatempLow": 0.1, "dynatempHigh": 2.0, "dynatempExponent": 1.5}]
LARGE = [{"topNSigma": 1.0}, {"topA": 0.1}, {"tfs": 0.9}, {"etaCutoff": 0.02}, {"epsilonCutoff": 0.0003}, {"typicalP": 0.2}, {"typicalP": 0.9}, {"smoothingFactor": 0.3, "smoothingCurve": 2.0},
         {"xtcProbability": 1.0, "xtcThreshold": 0.1}, {"skew": 0.5, "topK": 40}, {"dynatempLow": 0.5, "dynatempHigh": 1.5, "dynatempExponent": 1.0}]
CHAINS = [{"temperature": 0.7, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05},
          {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05, "temperatureLast": True}, {"temperature": 1.3, "smoothingFactor": 0.2, "smoothingCurve": 1.5, "topA": 0.1, "typicalP": 0.9},
          {"temperature": 1.5, "topNSigma": 1.5, "minP": 0.02, "xtcProbability": 1.0, "xtcThreshold": 0.1}]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        if vocab > 1000 and kind in ("negative", "flat"):
            continue
        for settings in ONE if vocab == 10 else LARGE:
            removing(row(kind, vocab), settings)
        for settings in CHAINS:
            removing(row(kind, vocab), settings, 64, f"chain {' '.join(f'{k} {v}' for k, v in settings.items())}, {label(row(kind, vocab))}")
INF = float("-inf")
for logits, settings in [([0, 0, 0, 0], {"typicalP": 0.5}), ([0, 0, 0, 0], {"typicalP": 0.75}), ([0, 0, 0, 0], {"epsilonCutoff": 0.3}), ([5, INF, 4, INF, 3], {"topNSigma": 1.0}), ([5, 4, 3, 2], {"skew": 1.0}),
                         ([2, 3, 4, 5], {"skew": 1.0}), ([5, INF, 4, INF, 3], {"skew": 1.0}), ([5, INF, 4, INF, 3], {"smoothingFactor": 0.5, "smoothingCurve": 1.0}), ([7], {"typicalP": 0.5})]:
    removing(literal(logits), settings, name=f"{' '.join(f'{k} {v}' for k, v in settings.items())} {logits}".replace("inf", "∞"))
LONG = {"prompt": [3, 7, 7, 1, 4], "output": [3, 7, 9, 3, 7]}
for source in (row("typical", 10), row("negative", 10), literal([2, -2, 0, 1.5, -0.5, 3, 0.25, -1, 4, 0])):
    for settings in ({"repetitionPenalty": 1.2}, {"frequencyPenalty": 0.5}, {"presencePenalty": 0.5}, {"repetitionPenalty": 1.2, "frequencyPenalty": 0.5, "presencePenalty": 0.25}, {"noRepeatNgramSize": 2},
                     {"noRepeatNgramSize": 3}, {"logitBias": {"3": 2.0}, "repetitionPenalty": 1.5}):
        changing(f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, settings, LONG)
for name, tokens, multiplier, base, allowed, window, breakers in [
        ("a repeat of two", [0, 1, 2, 0, 1], 1.0, 1.75, 2, 0, []), ("allowed length 1", [0, 1, 2, 0, 1], 1.0, 1.75, 1, 0, []), ("allowed length 4, a repeat of two", [5, 6, 8, 0, 1, 2, 4, 6, 0, 1], 1.0, 1.75, 4, 0, []),
        ("one matched token, allowed length 1", [1, 2, 5, 1], 1.0, 1.75, 1, 0, []), ("the longest of two repeats counts", [1, 2, 8, 5, 2, 8, 5, 1, 2, 8], 0.5, 2.0, 2, 0, []), ("a run of one token", [4] * 6, 0.8, 1.75, 2, 0, []),
        ("a breaker inside the repeat", [0, 1, 3, 4, 5, 0, 1, 3, 4], 0.8, 1.75, 2, 0, [3]), ("the last token is a breaker", [0, 1, 3, 4, 0, 1, 3], 0.8, 1.75, 1, 0, [3]),
        ("a breaker would be penalised", [6, 0, 1, 3, 5, 6, 0, 1], 0.8, 1.75, 2, 0, [3]), ("a window", [0, 1, 2, 5, 6, 0, 1], 0.8, 1.75, 2, 4, []), ("a long match stops at 12", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] * 4, 0.01, 1.5, 2, 0, [])]:
    for kind in ("typical", "negative"):
        changing(f"dry, {name}, {kind}", row(kind, 10), {"dryMultiplier": multiplier, "dryBase": base, "dryAllowedLength": allowed, "dryWindow": window, "drySequenceBreakers": breakers},
                 {"prompt": tokens, "output": []}, breakers="token ids")
for tau, eta in ((5.0, 0.1), (2.0, 0.5)):
    persistent, steps = {0: {}}, []
    torch.manual_seed(0)
    for seed in (1, 2, 3, 4):
        left = run(row("typical", 10, seed), {"mirostat": 2, "mirostatTau": tau, "mirostatEta": eta}, persistent=persistent)
        steps.append({"input": row("typical", 10, seed), "picked": int(left.argmax()), "state": {"mu": number(persistent[0]["miro_mu"])}})
    record.add(f"mirostat 2, tau {tau} eta {eta}", row("typical", 10), {"mirostat": 2, "mirostatTau": tau, "mirostatEta": eta}, {"sampler": "Sampler.forward"}, {"state": {"mu": 2 * tau}, "steps": steps})
record.write("aphrodite.json")
