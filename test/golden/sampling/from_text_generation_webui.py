"""What text-generation-webui's samplers leave of a row: its own warpers, and the list it builds over that of transformers, in its own order.

Run:  python test/golden/sampling/from_text_generation_webui.py FOLDER      (writes text-generation-webui.json)
With: git clone https://github.com/oobabooga/text-generation-webui, commit 1dcde41d03d13fc768316f4d2256a8a6dd044268, transformers 5.24.0, torch 2.15.0 (CPU), numpy 2.4.6

modules/sampler_hijack.py is executed as it is; modules.shared is a stand-in whose tokenizer says that a newline is token 9 and the end of text token 2, and
whose breakers are token 3. f32 scores, as in use."""

import copy
import random
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import torch
import transformers
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel

import unpacked
from vectors import SIZES, Recorder, after, kept_of, label, literal, logits_of, number, row, softmax, splits_ties, touched

warnings.simplefilter("ignore")
transformers.logging.set_verbosity_error()
tokenizer = SimpleNamespace(encode=lambda text: [9] if text == "\n" else [3], eos_token_id=2)
unpacked.only("modules", sys.argv[1], {"modules.sampler_hijack"},
              {"modules": {"shared": SimpleNamespace(tokenizer=tokenizer, args=SimpleNamespace(verbose=False))}, "modules.torch_utils": {"get_device": lambda: None}})
import modules.sampler_hijack as hijack  # noqa: E402

hijack.hijack_samplers()
model = GPT2LMHeadModel(GPT2Config(vocab_size=16, n_layer=1, n_head=1, n_embd=4, n_positions=64, eos_token_id=2, bos_token_id=1))
PRESET = {"repetition_penalty": 1, "presence_penalty": 0, "frequency_penalty": 0, "dry_multiplier": 0, "dry_base": 1.75, "dry_allowed_length": 2, "repetition_penalty_range": 1024,
          "top_n_sigma": 0, "temperature": 1, "dynamic_temperature": False, "dynatemp_low": 1, "dynatemp_high": 1, "dynatemp_exponent": 1, "smoothing_factor": 0, "smoothing_curve": 1,
          "top_k": 0, "top_p": 1, "typical_p": 1, "epsilon_cutoff": 0, "eta_cutoff": 0, "tfs": 1, "top_a": 0, "min_p": 0, "adaptive_target": 0, "adaptive_decay": 0.9, "mirostat_mode": 0,
          "mirostat_tau": 5, "mirostat_eta": 0.1, "xtc_threshold": 0.1, "xtc_probability": 0, "encoder_repetition_penalty": 1, "no_repeat_ngram_size": 0, "temperature_last": False}
ORDER = ["repetition_penalty", "presence_penalty", "frequency_penalty", "dry", "top_n_sigma", "temperature", "dynamic_temperature", "quadratic_sampling", "top_k", "top_p", "typical_p",
         "epsilon_cutoff", "eta_cutoff", "tfs", "top_a", "min_p", "adaptive_p", "mirostat", "xtc", "encoder_repetition_penalty", "no_repeat_ngram"]
NATIVE = {"temperature": "temperature", "topK": "top_k", "topP": "top_p", "minP": "min_p", "typicalP": "typical_p", "topNSigma": "top_n_sigma", "topA": "top_a", "tfs": "tfs",
          "epsilonCutoff": "epsilon_cutoff", "etaCutoff": "eta_cutoff", "smoothingFactor": "smoothing_factor", "smoothingCurve": "smoothing_curve", "dynatempLow": "dynatemp_low",
          "dynatempHigh": "dynatemp_high", "dynatempExponent": "dynatemp_exponent", "xtcProbability": "xtc_probability", "xtcThreshold": "xtc_threshold", "repetitionPenalty": "repetition_penalty",
          "frequencyPenalty": "frequency_penalty", "presencePenalty": "presence_penalty", "repetitionWindow": "repetition_penalty_range", "dryMultiplier": "dry_multiplier", "dryBase": "dry_base",
          "dryAllowedLength": "dry_allowed_length", "temperatureLast": "temperature_last", "noRepeatNgramSize": "no_repeat_ngram_size"}
OURS = {"temperature": "temperature", "dynamic_temperature": "dynatemp", "quadratic_sampling": "smoothing", "top_n_sigma": "topNSigma", "top_k": "topK", "top_p": "topP", "typical_p": "typicalP",
        "epsilon_cutoff": "epsilonCutoff", "eta_cutoff": "etaCutoff", "tfs": "tfs", "top_a": "topA", "min_p": "minP", "adaptive_p": "adaptiveP", "mirostat": "mirostat", "xtc": "xtc",
        "repetition_penalty": "repetitionPenalty", "presence_penalty": "presencePenalty", "frequency_penalty": "frequencyPenalty", "dry": "dry",
        "encoder_repetition_penalty": "encoderRepetitionPenalty", "no_repeat_ngram": "noRepeatNgramSize"}
KEYS = {"dry": ["dry_multiplier", "dry_base", "dry_allowed_length", "repetition_penalty_range"], "dynamic_temperature": ["dynamic_temperature", "dynatemp_low", "dynatemp_high", "dynatemp_exponent"],
        "quadratic_sampling": ["smoothing_factor", "smoothing_curve"], "adaptive_p": ["adaptive_target", "adaptive_decay"], "mirostat": ["mirostat_mode", "mirostat_tau", "mirostat_eta"],
        "xtc": ["xtc_probability", "xtc_threshold"], "no_repeat_ngram": ["no_repeat_ngram_size"]}
defaults = [{"sampler": OURS[s], "params": {k: PRESET[k] for k in KEYS.get(s, [s])}, "default": PRESET[KEYS.get(s, [s])[0]]} for s in ORDER]
record = Recorder(engine="text-generation-webui", package="github.com/oobabooga/text-generation-webui", version="1dcde41d03d13fc768316f4d2256a8a6dd044268",
                  command="python test/golden/sampling/from_text_generation_webui.py FOLDER",
                  versions={"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0], "numpy": np.__version__}, arithmetic="f32", tolerance=5e-6,
                  note="modules/presets.py default order and values (the transformers loader). sampler_hijack's own fallback order has top_n_sigma after smoothing. repetitionWindow 0 means all.",
                  defaults=defaults)


def built(settings, history):
    native = {**PRESET, **{NATIVE[k]: v for k, v in settings.items()}}
    native["dynamic_temperature"] = "dynatempHigh" in settings
    config = GenerationConfig(do_sample=True, num_beams=1, **{k: v for k, v in native.items() if k in ("temperature", "top_k", "top_p", "typical_p", "epsilon_cutoff", "eta_cutoff", "no_repeat_ngram_size")})
    for key, value in native.items():
        setattr(config, key, float(value) if key in ("temperature", "min_p") else value)
    config.sampler_priority = list(ORDER)
    if native["min_p"] == 0:
        config.min_p = None
    model._prepare_special_tokens(config, True, device="cpu")
    return model._get_logits_processor(generation_config=config, input_ids_seq_length=len(history[0]), device="cpu", model_kwargs={})


def run(source, settings, history):
    ids = torch.tensor([tokens_of(history)]) if history else torch.zeros((1, 0), dtype=torch.long)
    chain = built(settings, ids)
    names = [type(p).__name__ for p in chain if type(p).__name__ != "SpyLogitsWarper"]
    torch.manual_seed(0)
    random.seed(0)
    return chain(ids, torch.tensor(logits_of(source))[None].clone())[0].numpy(), names


def tokens_of(history):
    return history["prompt"] + history["output"]


def removing(source, settings, most=16, name=None, history=None, **more):
    left, names = run(source, settings, history)
    record.add(name or f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, settings, {"built": names},
               {**after(left, most), **({} if history else splits_ties(source, np.flatnonzero(left > -np.inf)))}, **({"history": history} if history else {}), **more)


def changing(name, source, settings, history=None, **more):
    left, names = run(source, settings, history)
    record.add(name, source, settings, {"built": names}, touched(logits_of(source), left), **({"history": history} if history else {}), **more)


ONE = [{"topNSigma": 0.5}, {"topNSigma": 1.0}, {"topNSigma": 2.0}, {"tfs": 0.3}, {"tfs": 0.9}, {"tfs": 0.99}, {"tfs": 0.0}, {"topA": 0.1}, {"topA": 0.5}, {"topA": 1.0}, {"minP": 0.1}, {"typicalP": 0.5},
       {"smoothingFactor": 0.3}, {"smoothingFactor": 0.3, "smoothingCurve": 2.0}, {"smoothingFactor": 1.5, "smoothingCurve": 3.0}, {"smoothingFactor": 0.1, "smoothingCurve": 4.0},
       {"dynatempLow": 0.5, "dynatempHigh": 1.5, "dynatempExponent": 1.0}, {"dynatempLow": 0.1, "dynatempHigh": 2.0, "dynatempExponent": 1.5},
       {"xtcProbability": 1.0, "xtcThreshold": 0.05}, {"xtcProbability": 1.0, "xtcThreshold": 0.1}, {"xtcProbability": 1.0, "xtcThreshold": 0.2}]
LARGE = [{"topNSigma": 1.0}, {"tfs": 0.9}, {"tfs": 0.99}, {"topA": 0.1}, {"smoothingFactor": 0.3, "smoothingCurve": 2.0}, {"dynatempLow": 0.5, "dynatempHigh": 1.5, "dynatempExponent": 1.0},
         {"xtcProbability": 1.0, "xtcThreshold": 0.1}]
CHAINS = [{"temperature": 0.7, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05},
          {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05, "temperatureLast": True}, {"temperature": 1.5, "topNSigma": 1.0, "topA": 0.1, "tfs": 0.95},
          {"smoothingFactor": 0.2, "temperature": 1.3, "minP": 0.02, "xtcProbability": 1.0, "xtcThreshold": 0.1},
          {"dynatempLow": 0.5, "dynatempHigh": 2.0, "dynatempExponent": 1.0, "topP": 0.95}]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        if vocab > 1000 and kind == "negative":
            continue
        for settings in ONE if vocab == 10 else LARGE:
            removing(row(kind, vocab), settings)
        for settings in CHAINS:
            removing(row(kind, vocab), settings, 64, f"chain {' '.join(f'{k} {v}' for k, v in settings.items())}, {label(row(kind, vocab))}")
INF = float("-inf")
for logits, settings in [*[([0, 0, 0, 0], {"topP": p}) for p in (0.25, 0.5, 0.75)], ([3, 2, 2, 2, 1], {"topK": 2}), ([0, 0, 0, 0], {"tfs": 0.5}), ([3, 2, 1, 0], {"tfs": 0.5}), ([3, 2, 1, 0], {"tfs": 1.0, "topA": 1.0}), ([3, 2], {"tfs": 0.5}), ([0, 0, 0, 0], {"topA": 1.0}),
                         ([5, INF, 4, INF, 3], {"topNSigma": 1.0}), ([5, INF, 4, INF, 3], {"smoothingFactor": 0.5}), ([5, INF, 4, INF, 3], {"dynatempLow": 0.5, "dynatempHigh": 1.5, "dynatempExponent": 1.0}),
                         ([7], {"dynatempLow": 0.5, "dynatempHigh": 1.5, "dynatempExponent": 1.0})]:
    removing(literal(logits), settings, name=f"{' '.join(f'{k} {v}' for k, v in settings.items())} {logits}".replace("inf", "∞"))
for logits in ([3, 2.5, 2, 0, 0, 0, 0, 0, 0, 0], [2, 2.5, 3, 0, 0, 0, 0, 0, 0, 0], [3, 2.5, 0, 0, 0, 0, 0, 0, 0, 2.75]):
    removing(literal(logits), {"xtcProbability": 1.0, "xtcThreshold": 0.1}, name=f"xtc with tokens 9 and 2 protected {logits}", protectedTokens=[9, 2])
LONG = {"prompt": [3, 7, 7, 1, 4], "output": [3, 7, 9, 3, 7]}
for source in (row("typical", 10), row("negative", 10), literal([2, -2, 0, 1.5, -0.5, 3, 0.25, -1, 4, 0])):
    for settings in ({"repetitionPenalty": 1.2}, {"repetitionPenalty": 1.2, "repetitionWindow": 3}, {"repetitionPenalty": 1.2, "repetitionWindow": 0}, {"frequencyPenalty": 0.5}, {"presencePenalty": 0.5},
                     {"repetitionPenalty": 1.2, "frequencyPenalty": 0.5, "presencePenalty": 0.25, "noRepeatNgramSize": 3}):
        changing(f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, settings, LONG)
for name, tokens, multiplier, base, allowed, window in [
        ("a repeat of two", [0, 1, 2, 0, 1], 1.0, 1.75, 2, 1024), ("allowed length 1", [0, 1, 2, 0, 1], 1.0, 1.75, 1, 1024), ("one matched token, allowed length 1", [1, 2, 5, 1], 1.0, 1.75, 1, 1024), ("the longest of two repeats counts", [1, 2, 8, 5, 2, 8, 5, 1, 2, 8], 0.5, 2.0, 2, 1024),
        ("a run of one token", [4, 4, 4, 4, 4, 4], 0.8, 1.75, 2, 1024), ("a breaker inside the repeat", [0, 1, 3, 4, 5, 0, 1, 3, 4], 0.8, 1.75, 2, 1024), ("a breaker at its start", [3, 0, 1, 4, 5, 3, 0, 1, 4], 0.8, 1.75, 2, 1024),
        ("the last token is a breaker", [0, 1, 3, 4, 0, 1, 3], 0.8, 1.75, 1, 1024), ("a breaker would be penalised", [0, 1, 3, 5, 0, 1], 0.8, 1.75, 2, 1024), ("a window", [0, 1, 2, 5, 6, 0, 1], 0.8, 1.75, 2, 4),
        ("more than 50", [1, 2] * 100, 1e-3, 1.5, 2, 1024)]:
    for kind in ("typical", "negative"):
        changing(f"dry, {name}, {kind}", row(kind, 10), {"dryMultiplier": multiplier, "dryBase": base, "dryAllowedLength": allowed, "repetitionWindow": window}, {"prompt": tokens, "output": []},
                 breakers=[3])
# Samplers that draw, with what they kept: all but the drawn token is masked by them, so the kept set is that of their state
for tau, eta in ((5.0, 0.1), (2.0, 0.5)):
    warper = hijack.MirostatLogitsWarper(2, tau, eta)
    torch.manual_seed(0)
    steps = []
    for seed in (1, 2, 3, 4):
        left = warper(None, torch.tensor(logits_of(row("typical", 10, seed)))[None])[0].numpy()
        steps.append({"input": row("typical", 10, seed), "picked": int(left.argmax()), "state": {"mu": number(warper.mu)}})
    record.add(f"mirostat 2, tau {tau} eta {eta}", row("typical", 10), {"mirostat": 2, "mirostatTau": tau, "mirostatEta": eta}, {"class": "MirostatLogitsWarper"}, {"state": {"mu": 2 * tau}, "steps": steps},
               order=["mirostat"])
for target, decay in ((0.3, 0.9), (0.55, 0.5), (0.5, 0.999)):
    warper = hijack.AdaptivePLogitsWarper(target, decay)
    begins = {"weightedSum": number(warper.weighted_sum), "totalWeight": number(warper.total_weight)}
    torch.manual_seed(0)
    steps = []
    for seed in (1, 2, 3, 4):
        drawn = []
        draw = torch.multinomial
        torch.multinomial = lambda p, **k: (drawn.append(p.clone()), draw(p, **k))[1]
        left = warper(None, torch.tensor(logits_of(row("typical", 10, seed)))[None])[0].numpy()
        torch.multinomial = draw
        p = drawn[0].numpy().astype(np.float64)
        steps.append({"input": row("typical", 10, seed), **kept_of(np.flatnonzero(p), p[p > 0] / p.sum(), 10), "picked": int(left.argmax()),
                      "state": {"weightedSum": number(warper.weighted_sum), "totalWeight": number(warper.total_weight)}})
    record.add(f"adaptive p, target {target} decay {decay}", row("typical", 10), {"adaptiveTarget": target, "adaptiveDecay": decay}, {"class": "AdaptivePLogitsWarper"}, {"state": begins, "steps": steps},
               order=["adaptiveP"])
record.write("text-generation-webui.json")
