"""What SGLang's PyTorch sampling backend leaves of a row, what its penalties change, and what its SamplingParams refuse.

Run:  python test/golden/sampling/from_sglang.py sglang-0.5.23-cp311-cp311-manylinux_2_34_x86_64.whl      (writes sglang.json)
With: the wheel by `pip download sglang==0.5.23 --no-deps`, torch 2.15.0 (CPU), msgspec 0.22.0, numpy 2.4.6

layers/sampler.py, sampling/penaltylib and sampling/sampling_params.py are executed from the wheel, the rest is a stand-in. Logits are divided by T and go
through torch.softmax before the filter, as Sampler.forward does. f32, as there; where f64 keeps another set, the case says so in `f64`."""

import sys
from types import SimpleNamespace

import numpy as np
import torch

import unpacked
from vectors import SIZES, Recorder, kept_of, label, literal, logits_of, row, splits_ties, touched

no = lambda *_, **__: False  # noqa: E731
SRT = "sglang.srt."
unpacked.only("sglang", sys.argv[1],
              {SRT + "layers.sampler", SRT + "sampling.sampling_params", *(f"{SRT}sampling.penaltylib.{m}" for m in
               ("orchestrator", "repetition_penalty", "frequency_penalty", "presence_penalty", "min_new_tokens"))},
              {SRT + "utils": {"get_compiler_backend": lambda *_, **__: "eager", "is_npu": no},
               SRT + "utils.common": {n: no for n in ("get_bool_env_var", "is_cuda", "is_gfx1250_supported", "is_hip", "is_musa", "is_npu", "is_xpu", "is_pin_memory_available")},
               SRT + "sampling.watermarking.core": {"normalize_watermark_request": lambda x: x, "WatermarkRequestConfig": object}})
from sglang.srt.layers.sampler import top_k_top_p_min_p_sampling_from_probs_torch, top_p_normalize_probs_torch  # noqa: E402
from sglang.srt.sampling.penaltylib.frequency_penalty import BatchedFrequencyPenalizer  # noqa: E402
from sglang.srt.sampling.penaltylib.min_new_tokens import BatchedMinNewTokensPenalizer  # noqa: E402
from sglang.srt.sampling.penaltylib.orchestrator import BatchedPenalizerOrchestrator  # noqa: E402
from sglang.srt.sampling.penaltylib.presence_penalty import BatchedPresencePenalizer  # noqa: E402
from sglang.srt.sampling.penaltylib.repetition_penalty import BatchedRepetitionPenalizer, apply_scaling_penalties  # noqa: E402
from sglang.srt.sampling.sampling_params import TOP_K_ALL, SamplingParams  # noqa: E402

given = SamplingParams()
defaults = [{"sampler": s, "params": {n: d}, "default": d, **({"note": note} if note else {})} for s, n, d, note in [
    ("frequencyPenalty", "frequency_penalty", given.frequency_penalty, "output only"), ("minNewTokens", "min_new_tokens", given.min_new_tokens, ""),
    ("presencePenalty", "presence_penalty", given.presence_penalty, "output only"), ("repetitionPenalty", "repetition_penalty", given.repetition_penalty, "output only; after the additive ones"),
    ("grammar", "json_schema, regex, ebnf", None, ""), ("logitBias", "logit_bias", None, "after penalties and grammar"),
    ("temperature", "temperature", given.temperature, "below 1e-6: T = 1 and top_k = 1"), ("topK", "top_k", -1, "-1 is off; joint with top_p"),
    ("topP", "top_p", given.top_p, "measured on the softmax of all tokens, not of the top k"), ("minP", "min_p", given.min_p, "relative to the most probable token left")]]
record = Recorder(engine="sglang", package="sglang", version="0.5.23", command="python test/golden/sampling/from_sglang.py WHEEL",
                  versions={"torch": torch.__version__.split("+")[0], "numpy": np.__version__}, arithmetic="f32", tolerance=5e-6,
                  note="--sampling-backend pytorch. The default on CUDA is flashinfer (joint top-k and top-p; with min_p: top-k renormalised, then top-p renormalised, "
                       "then min-p): unverified. A model's generation_config.json overrides the defaults.",
                  defaults=defaults)


class Batch(SimpleNamespace):
    """One that can be referred to weakly."""


def params_of(settings):
    native = {"temperature": "temperature", "topK": "top_k", "topP": "top_p", "minP": "min_p"}
    return SamplingParams(**{native[k]: v for k, v in settings.items()})


def filtered(source, settings, dtype):
    p = params_of(settings)
    probs = torch.softmax(torch.tensor(logits_of(source), dtype=dtype)[None] / torch.tensor([[p.temperature]], dtype=dtype), dim=-1)
    if p.top_k == TOP_K_ALL and p.top_p == 1.0 and p.min_p == 0:
        return np.arange(probs.shape[1]), probs[0].numpy()
    torch.manual_seed(0)
    _, weights, ids, _ = top_k_top_p_min_p_sampling_from_probs_torch(
        probs, torch.tensor([p.top_k], dtype=torch.int32), torch.tensor([p.top_p], dtype=dtype), torch.tensor([p.min_p], dtype=dtype), p.min_p > 0, None, torch.zeros(1),
        return_filtered_probs=True)
    return ids[0].numpy(), weights[0].numpy()


def left_of(source, settings, dtype, most):
    ids, weights = filtered(source, settings, dtype)
    ids, weights = ids[weights > 0], weights[weights > 0].astype(np.float64)
    return kept_of(ids, weights / weights.sum(), most), ids


def removing(source, settings, most=16, name=None):
    p = params_of(settings)
    result, ids = left_of(source, settings, torch.float32, most)
    wide, _ = left_of(source, settings, torch.float64, 1)
    if wide["keptHash"] != result["keptHash"]:
        result["f64"] = {k: wide[k] for k in ("kept", "keptHash")}
    record.add(name or f"{' '.join(f'{k} {v}' for k, v in settings.items()) or 'defaults'}, {label(source)}", source, settings,
               {"SamplingParams": {"temperature": p.temperature, "top_k": p.top_k if p.top_k != TOP_K_ALL else -1, "top_p": p.top_p, "min_p": p.min_p}},
               {**result, **splits_ties(source, ids)})


ONE = {"topK": (-1, 1, 3, 5, 40), "topP": (0.1, 0.5, 0.9, 0.95, 0.99), "minP": (0.02, 0.1, 0.5, 1.0), "temperature": (0.0, 0.5, 0.7, 1.2, 2.0)}
LARGE = {"topK": (1, 40), "topP": (0.5, 0.9, 0.99), "minP": (0.02, 0.1)}
CHAINS = [{}, {"temperature": 0.7, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 1.2, "topK": 40, "topP": 0.9},
          {"temperature": 2.0, "topP": 0.9}, {"temperature": 1.5, "topP": 0.95, "minP": 0.1}, {"temperature": 0.8, "topK": 20, "topP": 0.8}]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        if vocab > 1000 and kind == "negative":
            continue
        for setting, values in (ONE if vocab == 10 else LARGE).items():
            for value in values:
                removing(row(kind, vocab), {setting: value})
        for settings in CHAINS:
            removing(row(kind, vocab), settings, 64)
INF = float("-inf")
for logits, settings in [([0, 0, 0, 0], {"topP": 0.25}), ([0, 0, 0, 0], {"topP": 0.5}), ([0, 0, 0, 0], {"topP": 0.75}), ([0, 0, 0, 0], {"topP": 0.49}), ([1, 1, 0, 0, 0, 0, 0, 0], {"topP": 0.5}),
                         ([1, 1, 0, 0, 0, 0, 0, 0], {"topP": 0.3}), ([3, 2, 2, 2, 1], {"topK": 2}), ([3, 2, 2, 2, 1], {"topK": 4}), ([2, 2, 2, 2, 2, 2], {"topK": 3}),
                         ([2, 2, 2, 1, 0], {"minP": 1.0}), ([2, 2, 2, 1, 0], {"minP": 0.3}), ([5, INF, 4, INF, 3], {"topK": 4}), ([5, INF, 4, INF, 3], {"topP": 0.99}), ([7], {"topP": 0.5})]:
    removing(literal(logits), settings, name=f"{' '.join(f'{k} {v}' for k, v in settings.items())} {logits}".replace("inf", "∞"))
for settings in ({"topK": 2, "topP": 0.5}, {"topP": 0.5}, {"topK": 2, "topP": 0.6}, {"topP": 0.6, "minP": 0.6}):
    removing(literal(np.log([0.4, 0.3, 0.2, 0.1]).astype(np.float32)), settings, name=f"chain, what top-p is measured on: {' '.join(f'{k} {v}' for k, v in settings.items())}")
for value in (0.5, 0.9):
    source = row("typical", 1000)
    probs = top_p_normalize_probs_torch(torch.softmax(torch.tensor(logits_of(source))[None], -1), torch.tensor([value]))[0].numpy()
    ids = np.flatnonzero(probs)
    record.add(f"topP {value} for returned log-probabilities, typical 1000", source, {"topP": value}, {"function": "top_p_normalize_probs_torch"}, kept_of(ids, probs[ids], 16))

LONG = {"prompt": [3, 7, 7, 1, 4], "output": [3, 7, 9, 3, 7]}
for source in (row("typical", 10), row("negative", 10), row("masked", 10), literal([2, -2, 0, 1.5, -0.5, 3, 0.25, -1, 4, 0])):
    for settings in ({"repetitionPenalty": 1.2}, {"repetitionPenalty": 0.8}, {"frequencyPenalty": 0.5}, {"presencePenalty": 0.5}, {"minNewTokens": 6}, {"minNewTokens": 5},
                     {"repetitionPenalty": 1.2, "frequencyPenalty": 0.5, "presencePenalty": 0.25}, {"repetitionPenalty": 2.0, "presencePenalty": 2.0}):
        native = {"repetitionPenalty": "repetition_penalty", "frequencyPenalty": "frequency_penalty", "presencePenalty": "presence_penalty", "minNewTokens": "min_new_tokens"}
        request = SimpleNamespace(sampling_params=SamplingParams(**{native[k]: v for k, v in settings.items()}), eos_token_ids={2},
                                  tokenizer=SimpleNamespace(additional_stop_token_ids=None, eos_token_id=2))
        batch = Batch(reqs=[request], device="cpu")
        orchestrator = BatchedPenalizerOrchestrator(10, batch, {BatchedFrequencyPenalizer, BatchedMinNewTokensPenalizer, BatchedPresencePenalizer, BatchedRepetitionPenalizer})
        for token in LONG["output"]:
            orchestrator.cumulate_output_tokens(torch.tensor([token]))
        scores = torch.tensor(logits_of(source))[None]
        additive = torch.zeros_like(scores)
        orchestrator.accumulate_additive_penalties(additive)
        scores.add_(additive)
        scaling = orchestrator.accumulate_scaling_penalties()
        if scaling is not None:
            apply_scaling_penalties(scores, scaling)
        record.add(f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, settings, {"SamplingParams": {native[k]: v for k, v in settings.items()},
                   "order": "additive, then scaling (overlap scheduling)"}, touched(logits_of(source), scores[0].numpy()), history=LONG, **({"eos": [2]} if "minNewTokens" in settings else {}))

refused = []
for native in ({"temperature": -0.1}, {"temperature": 0.0}, {"temperature": 5.0}, {"top_p": 0.0}, {"top_p": 1.1}, {"top_k": 0}, {"top_k": -1}, {"top_k": -2}, {"min_p": 1.1}, {"frequency_penalty": 2.1},
               {"presence_penalty": -2.1}, {"repetition_penalty": 0.0}, {"repetition_penalty": 2.1}, {"repetition_penalty": 2.0}):
    try:
        SamplingParams(**native).verify(100)
        refused.append({"value": native, "refused": False})
    except ValueError:
        refused.append({"value": native, "refused": True, "error": "ValueError"})
record.about["ranges"] = refused
record.write("sglang.json")
