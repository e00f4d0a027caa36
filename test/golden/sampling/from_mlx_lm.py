"""What mlx-lm's make_sampler leaves of a row before it draws, and what its logits processors change; MLX runs on the CPU.

Run:  python test/golden/sampling/from_mlx_lm.py      (writes mlx-lm.json)
With: mlx-lm 0.32.2 (installed with --no-deps), mlx[cpu] 0.32.4, numpy 2.4.6

Only sample_utils.py is imported, not the package. Its draw, `categorical_sampling`, is replaced by one that hands back the scores it was about to draw from;
log-probabilities go in, normalised as generate_step does it. All f32."""

import importlib.metadata
import importlib.util
import pathlib

import mlx.core as mx
import numpy as np

from vectors import LOST_TAIL, SIZES, Recorder, after, label, literal, logits_of, number, row, splits_ties, touched

mx.disable_compile()  # the same functions without fusing them; on the CPU fusing fails for some of them
package = pathlib.Path(importlib.util.find_spec("mlx_lm").submodule_search_locations[0])
spec = importlib.util.spec_from_file_location("sample_utils", package / "sample_utils.py")
lm = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lm)
lm.categorical_sampling = lambda logits, temp: logits * (1.0 / temp)

NATIVE = {"temperature": "temp", "topP": "top_p", "minP": "min_p", "topK": "top_k", "xtcProbability": "xtc_probability", "xtcThreshold": "xtc_threshold"}
defaults = [{"sampler": "logitBias", "params": {"logit_bias": None}, "default": None},
            {"sampler": "repetitionPenalty", "params": {"repetition_penalty": None, "repetition_context_size": 20}, "default": None, "window": 20,
             "note": "0 is off as well; the server's default is 0.0"},
            {"sampler": "presencePenalty", "params": {"presence_penalty": None, "presence_context_size": 20}, "default": None, "window": 20},
            {"sampler": "frequencyPenalty", "params": {"frequency_penalty": None, "frequency_context_size": 20}, "default": None, "window": 20},
            {"sampler": "topP", "params": {"top_p": 0.0}, "default": 0.0, "note": "0 is off; the command line and the server have 1.0, off too"},
            {"sampler": "minP", "params": {"min_p": 0.0, "min_tokens_to_keep": 1}, "default": 0.0},
            {"sampler": "xtc", "params": {"xtc_probability": 0.0, "xtc_threshold": 0.1, "xtc_special_tokens": []}, "default": {"xtcProbability": 0.0, "xtcThreshold": 0.1}},
            {"sampler": "topK", "params": {"top_k": 0}, "default": 0},
            {"sampler": "temperature", "params": {"temp": 0.0}, "default": 0.0, "note": "0 is argmax, without any of the filters"}]
record = Recorder(engine="mlx-lm", package="mlx-lm", version=importlib.metadata.version("mlx-lm"), command="python test/golden/sampling/from_mlx_lm.py",
                  versions={"mlx": importlib.metadata.version("mlx"), "numpy": np.__version__}, arithmetic="f32", tolerance=5e-6, defaults=defaults)


def logprobs_of(source):
    logits = mx.array(logits_of(source))[None]
    return logits - mx.logsumexp(logits, axis=-1, keepdims=True)


def sampled(source, settings, most=16, name=None, order=None, special=None):
    kwargs = {NATIVE[k]: v for k, v in settings.items()}
    call = {"temp": 1.0, **kwargs, **({"xtc_special_tokens": special} if special else {})}
    shown = {"make_sampler": call}
    title = name or f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}"
    extra = {**({"order": order} if order else {}), **({"protectedTokens": special} if special else {})}
    try:
        left = np.array(lm.make_sampler(**call)(logprobs_of(source)))[0]
    except ValueError as error:
        record.add(title, source, settings, shown, {"error": type(error).__name__}, **extra)
        return
    record.add(title, source, settings, shown, {**after(left, most), **splits_ties(source, np.flatnonzero(left > -np.inf)), **LOST_TAIL.get(title, {})}, **extra)


ONE = {"topK": (1, 3, 5), "topP": (0.1, 0.5, 0.9, 0.95, 0.99, 1.0), "minP": (0.02, 0.1, 0.5, 1.0), "temperature": (0.5, 0.7, 1.2, 2.0)}
LARGE = {"topK": (1, 40), "topP": (0.5, 0.9, 0.99), "minP": (0.02, 0.1), "temperature": (0.7,)}
SETTINGS = [{"temperature": 0.7, "topP": 0.9, "minP": 0.05, "topK": 40}, {"temperature": 1.2, "topP": 0.9, "minP": 0.05, "topK": 40}, {"temperature": 1.0, "topP": 0.95},
            {"temperature": 2.0, "topP": 0.9}, {"temperature": 0.8, "minP": 0.1, "topK": 40}, {"temperature": 1.0, "topP": 0.9, "xtcProbability": 1.0, "xtcThreshold": 0.1}]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        if vocab > 1000 and kind == "negative":
            continue
        for setting, values in (ONE if vocab == 10 else LARGE).items():
            for value in values:
                sampled(row(kind, vocab), {setting: value}, order=[setting])
        for threshold in (0.05, 0.1, 0.2, 0.5) if vocab == 10 else (0.05, 0.1):
            sampled(row(kind, vocab), {"xtcProbability": 1.0, "xtcThreshold": threshold}, order=["xtc"])
        for settings in SETTINGS:
            if vocab == 10:
                settings = {k: (7 if k == "topK" else v) for k, v in settings.items()}
            sampled(row(kind, vocab), settings, 64, f"chain {' '.join(f'{k} {v}' for k, v in settings.items())}, {label(row(kind, vocab))}")
INF = float("-inf")
for logits, settings in [([0, 0, 0, 0], {"topP": 0.25}), ([0, 0, 0, 0], {"topP": 0.5}), ([0, 0, 0, 0], {"topP": 0.75}), ([1, 1, 0, 0, 0, 0, 0, 0], {"topP": 0.5}), ([1, 1, 0, 0, 0, 0, 0, 0], {"topP": 0.3}),
                         ([3, 2, 2, 2, 1], {"topK": 2}), ([3, 2, 2, 2, 1], {"topK": 3}), ([3, 2, 2, 2, 1], {"topK": 5}), ([3, 2, 2, 2, 1], {"topK": 9}), ([2, 2, 2, 2, 2, 2], {"topK": 3}),
                         ([2, 2, 2, 1, 0], {"minP": 1.0}), ([2, 2, 2, 1, 0], {"minP": 0.3}), ([0, 0, 0, 0], {"xtcProbability": 1.0, "xtcThreshold": 0.25}),
                         ([0, 0, 0, 0], {"xtcProbability": 1.0, "xtcThreshold": 0.2}), ([3, 3, 2, 0], {"xtcProbability": 1.0, "xtcThreshold": 0.2}),
                         ([3, 2, 2, 0], {"xtcProbability": 1.0, "xtcThreshold": 0.1}), ([3, 2, 1, 0], {"xtcProbability": 1.0, "xtcThreshold": 0.6}), ([5, INF, 4, INF, 3], {"topK": 4}),
                         ([5, INF, 4, INF, 3], {"topP": 0.99}), ([5, INF, 4, INF, 3], {"minP": 0.1}), ([7, 1], {"topP": 0.5}), ([7, 1], {"topK": 1})]:
    sampled(literal(logits), settings, name=f"{' '.join(f'{k} {v}' for k, v in settings.items())} {logits}".replace("inf", "∞"), order=[next(iter(settings)).removesuffix("Probability")])
for settings in ({"topP": 0.5, "topK": 2}, {"topP": 0.5}, {"topP": 0.75, "topK": 1}, {"topP": 0.8, "minP": 0.5}, {"topP": 0.9, "xtcProbability": 1.0, "xtcThreshold": 0.25}):
    sampled(literal(np.log([0.4, 0.3, 0.2, 0.1]).astype(np.float32)), {"temperature": 1.0, **settings}, name=f"chain, is anything renormalised: {' '.join(f'{k} {v}' for k, v in settings.items())}")
for special in ([0], [1], [0, 1]):
    sampled(literal([3, 2.5, 2, 0]), {"xtcProbability": 1.0, "xtcThreshold": 0.1}, name=f"xtc, tokens {special} are protected", order=["xtc"], special=special)
greedy = int(lm.make_sampler(temp=0.0, top_k=2)(logprobs_of(literal([1, 5, 5, 0])))[0])
record.add("temperature 0 is argmax", literal([1, 5, 5, 0]), {"temperature": 0.0, "topK": 2}, {"make_sampler": {"temp": 0.0, "top_k": 2}}, {"picked": greedy})

# Penalties and biases
LONG = {"prompt": [3, 7, 7, 1, 4], "output": [3, 7, 9, 3, 7]}
MANY = {"prompt": [int(i) for i in np.arange(25) % 9], "output": [9]}
for history in (LONG, MANY):
    for source in (row("typical", 10), row("negative", 10), literal([2, -2, 0, 1.5, -0.5, 3, 0.25, -1, 4, 0])):
        for settings in ({"repetitionPenalty": 1.2}, {"repetitionPenalty": 1.2, "repetitionWindow": 3}, {"presencePenalty": 0.5}, {"frequencyPenalty": 0.5},
                         {"repetitionPenalty": 1.2, "presencePenalty": 0.5, "frequencyPenalty": 0.25}, {"logitBias": {"3": 2.0, "5": -1.5}, "repetitionPenalty": 1.5}):
            native = {"repetition_penalty": settings.get("repetitionPenalty"), "repetition_context_size": settings.get("repetitionWindow", 20),
                      "presence_penalty": settings.get("presencePenalty"), "frequency_penalty": settings.get("frequencyPenalty"),
                      "logit_bias": {int(k): v for k, v in settings["logitBias"].items()} if "logitBias" in settings else None}
            scores = mx.array(logits_of(source))[None]
            for processor in lm.make_logits_processors(**native):
                scores = processor(mx.array(history["prompt"] + history["output"]), scores)
            full = {"repetitionWindow": 20, **settings}
            record.add(f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}, {len(history['prompt'])} + {len(history['output'])} tokens", source, full,
                       {"make_logits_processors": {k: v for k, v in native.items() if v is not None}}, touched(logits_of(source), np.array(scores)[0]), history=history)
refused = []
for name, call in [("topK = V", lambda: lm.apply_top_k(mx.zeros((1, 4)), 4)), ("topK > V", lambda: lm.apply_top_k(mx.zeros((1, 4)), 5)), ("minP 1.1", lambda: lm.apply_min_p(mx.zeros((1, 4)), 1.1)),
                   ("xtcThreshold 0.6", lambda: lm.apply_xtc(mx.zeros((1, 4)), 0.5, 0.6, [])), ("xtcProbability 1.1", lambda: lm.apply_xtc(mx.zeros((1, 4)), 1.1, 0.1, [])),
                   ("repetitionPenalty -1", lambda: lm.make_repetition_penalty(-1.0))]:
    try:
        call()
        refused.append({"value": name, "refused": False})
    except ValueError as error:
        refused.append({"value": name, "refused": True, "error": type(error).__name__})
record.about["ranges"] = refused
record.write("mlx-lm.json")
