"""What vLLM's V1 Sampler leaves of a row, on the PyTorch path.

Run:  python test/golden/sampling/from_vllm.py vllm-0.33.0-cp38-abi3-manylinux_2_28_x86_64.whl      (writes vllm.json)
With: the wheel by `pip download vllm==0.33.0 --no-deps`, torch 2.15.0 (CPU), numpy 2.4.6

The Sampler, its metadata, its ops (top-k/top-p, penalties, bad words), its built-in logits processors and _custom_ops are executed from the wheel; the rest of
the package (platforms, config, logging) is a stand-in that says: no CUDA, no Triton, no special CPU kernels. `logprobs_mode="processed_logits"` hands back what
it draws from. f32 throughout, as in vLLM; where the same functions on f64 keep another set, the case says so in `f64`."""

import sys
from collections import namedtuple
from types import SimpleNamespace
from unittest import mock

import numpy as np
import torch

import unpacked
from vectors import SIZES, Recorder, after, label, literal, logits_of, number, row, splits_ties, touched

wheel = sys.argv[1]
platform = mock.MagicMock(**{f"is_{kind}.return_value": False for kind in ("cpu", "cuda", "cuda_alike", "rocm", "xpu", "tpu", "out_of_tree")})
SIX = "vllm.v1.sample."
unpacked.only("vllm", wheel,
              {SIX + "sampler", SIX + "metadata", SIX + "ops.topk_topp_sampler", SIX + "ops.penalties", SIX + "ops.bad_words", SIX + "logits_processor.builtin",
               SIX + "logits_processor.interface", "vllm.model_executor.layers.utils", "vllm._custom_ops"},
              {"vllm.platforms": {"current_platform": platform}, "vllm.triton_utils": {"HAS_TRITON": False},
               "vllm.config.model": {"LogprobsMode": str, "PROCESSED_LOGPROBS_MODES": ("processed_logits", "processed_logprobs")},
               "vllm._aiter_ops": {"rocm_aiter_ops": mock.MagicMock(is_enabled=lambda: False)},
               "vllm.utils.torch_utils": {"PIN_MEMORY": False, "async_tensor_h2d": lambda data, device=None, dtype=None: torch.tensor(data, dtype=dtype),
                                          "make_tensor_with_pad": lambda x, pad, dtype, **_: torch.tensor(x, dtype=dtype)},
               "vllm.v1.outputs": {"LogprobsTensors": namedtuple("LogprobsTensors", "ids values ranks"),
                                   "SamplerOutput": namedtuple("SamplerOutput", "sampled_token_ids logprobs_tensors")}})
from vllm.v1.sample.logits_processor.builtin import LogitBiasLogitsProcessor, MinPLogitsProcessor, MinTokensLogitsProcessor  # noqa: E402
from vllm.v1.sample.logits_processor.interface import BatchUpdate  # noqa: E402
from vllm.v1.sample.metadata import SamplingMetadata  # noqa: E402
from vllm.v1.sample.ops.topk_topp_sampler import apply_top_k_top_p_pytorch  # noqa: E402
from vllm.v1.sample.sampler import Sampler  # noqa: E402

defaults = [{"sampler": s, "params": {n: d}, "default": d, **more} for s, n, d, more in [
    ("allowedTokens", "allowed_token_ids", None, {}), ("badWords", "bad_words", None, {"note": "texts; their ids are those with and without a leading space"}),
    ("minNewTokens", "min_tokens", 0, {"note": "of the output"}), ("logitBias", "logit_bias", None, {}),
    ("repetitionPenalty", "repetition_penalty", 1.0, {"note": "prompt and output"}), ("frequencyPenalty", "frequency_penalty", 0.0, {"note": "output only"}),
    ("presencePenalty", "presence_penalty", 0.0, {"note": "output only"}),
    ("temperature", "temperature", 1.0, {"note": "below 1e-5: argmax after the penalties, nothing else; else at least 0.01"}), ("minP", "min_p", 0.0, {}),
    ("topK", "top_k", 0, {"note": "0 or -1: off"}), ("topP", "top_p", 1.0, {})]]
record = Recorder(engine="vllm", package="vllm", version="0.33.0", command="python test/golden/sampling/from_vllm.py WHEEL",
                  versions={"torch": torch.__version__.split("+")[0], "numpy": np.__version__}, arithmetic="f32", tolerance=5e-6,
                  note="The PyTorch path (VLLM_USE_FLASHINFER_SAMPLER=0, no Triton). FlashInfer and Triton kernels need a GPU: unverified. "
                       "A model's generation_config.json overrides the defaults (`--generation-config auto`).",
                  defaults=defaults)
params_of = lambda s, eos: SimpleNamespace(min_p=s.get("minP", 0.0), logit_bias={int(k): v for k, v in s["logitBias"].items()} if "logitBias" in s else None,  # noqa: E731
                                           min_tokens=s.get("minNewTokens", 0), all_stop_token_ids=set(eos), structured_outputs=None)
config = SimpleNamespace(scheduler_config=SimpleNamespace(max_num_seqs=1))


def processors(kind, settings, history, eos):
    made = [MinPLogitsProcessor(config, "cpu", False)] if kind == "invariant" else [MinTokensLogitsProcessor(config, "cpu", False), LogitBiasLogitsProcessor(config, "cpu", False)]
    for processor in made:
        assert processor.is_argmax_invariant() == (kind == "invariant")
        processor.update_state(BatchUpdate(batch_size=1, removed=[], added=[(0, params_of(settings, eos), history["prompt"], history["output"])], moved=[]))
    return made


def processed(source, s, history, eos, greedy):
    """Runs the whole Sampler and gives the logits it draws from (greedy: those it takes the argmax of)."""
    vocab = len(logits_of(source))
    history = history or {"prompt": [], "output": []}
    one = lambda value: torch.tensor([value], dtype=torch.float32)  # noqa: E731
    top_k = s.get("topK", 0)
    penalties = (s.get("frequencyPenalty", 0.0), s.get("presencePenalty", 0.0), s.get("repetitionPenalty", 1.0))
    metadata = SamplingMetadata(
        temperature=one(s.get("temperature", 1.0)), all_greedy=greedy, all_random=not greedy, top_p=one(s["topP"]) if s.get("topP", 1.0) < 1 else None,
        top_k=torch.tensor([min(top_k, vocab)], dtype=torch.int32) if top_k > 0 else None, generators={}, max_num_logprobs=-1, no_penalties=penalties == (0.0, 0.0, 1.0),
        prompt_token_ids=torch.tensor([history["prompt"]], dtype=torch.int64), frequency_penalties=one(penalties[0]), presence_penalties=one(penalties[1]),
        repetition_penalties=one(penalties[2]), output_token_ids=[history["output"]],
        allowed_token_ids_mask=~torch.isin(torch.arange(vocab), torch.tensor(s["allowedTokens"]))[None] if "allowedTokens" in s else None,
        bad_words_token_ids={0: s["badWords"]} if "badWords" in s else {},
        logitsprocs=SimpleNamespace(argmax_invariant=processors("invariant", s, history, eos), non_argmax_invariant=processors("variant", s, history, eos)))
    torch.manual_seed(0)
    return Sampler(logprobs_mode="processed_logits")(torch.tensor(logits_of(source))[None], metadata).logprobs_tensors.values[0].numpy()


def in_f64(source, s):
    z = torch.tensor(logits_of(source), dtype=torch.float64)[None] / s.get("temperature", 1.0)
    for processor in processors("invariant", s, {"prompt": [], "output": []}, []):
        z = processor.apply(z)
    return apply_top_k_top_p_pytorch(z, torch.tensor([min(s["topK"], z.shape[1])]) if s.get("topK", 0) > 0 else None,
                                     torch.tensor([s["topP"]], dtype=torch.float64) if s.get("topP", 1.0) < 1 else None)[0].numpy()


NATIVE = {"temperature": "temperature", "topK": "top_k", "topP": "top_p", "minP": "min_p", "repetitionPenalty": "repetition_penalty", "frequencyPenalty": "frequency_penalty",
          "presencePenalty": "presence_penalty", "logitBias": "logit_bias", "minNewTokens": "min_tokens", "badWords": "bad words as ids", "allowedTokens": "allowed_token_ids"}
shown = lambda s: {"SamplingParams": {NATIVE[k]: v for k, v in s.items()}}  # noqa: E731


def removing(source, settings, most=16, name=None, history=None, **more):
    left = processed(source, settings, history, [], False)
    result = after(left, most)
    if not history:
        result |= splits_ties(source, np.flatnonzero(left > -np.inf))
        wide = after(in_f64(source, settings), 1)
        if wide["keptHash"] != result["keptHash"]:
            result["f64"] = {k: wide[k] for k in ("kept", "keptHash")}
    record.add(name or f"{' '.join(f'{k} {v}' for k, v in settings.items()) or 'defaults'}, {label(source)}", source, settings, shown(settings), result,
               **({"history": history} if history else {}), **more)


ONE = {"topK": (0, 1, 3, 5, 40), "topP": (0.1, 0.5, 0.9, 0.95, 0.99), "minP": (0.02, 0.1, 0.5, 1.0), "temperature": (0.5, 0.7, 1.2, 2.0)}
LARGE = {"topK": (1, 40, 1000), "topP": (0.5, 0.9, 0.99), "minP": (0.02, 0.1)}
CHAINS = [{}, {"temperature": 0.7, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 2.0, "topP": 0.9},
          {"temperature": 1.5, "minP": 0.1, "topP": 0.95}, {"temperature": 0.8, "topK": 20, "topP": 0.8}]
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
for logits, settings in [([0, 0, 0, 0], {"topP": 0.25}), ([0, 0, 0, 0], {"topP": 0.5}), ([0, 0, 0, 0], {"topP": 0.75}), ([1, 1, 0, 0, 0, 0, 0, 0], {"topP": 0.5}), ([1, 1, 0, 0, 0, 0, 0, 0], {"topP": 0.3}),
                         ([3, 2, 2, 2, 1], {"topK": 2}), ([3, 2, 2, 2, 1], {"topK": 4}), ([2, 2, 2, 2, 2, 2], {"topK": 3}), ([2, 2, 2, 2, 2, 2], {"topK": 3, "topP": 0.5}),
                         ([2, 2, 2, 1, 0], {"minP": 1.0}), ([2, 2, 2, 1, 0], {"minP": 0.3}), ([5, INF, 4, INF, 3], {"topK": 4}), ([5, INF, 4, INF, 3], {"topP": 0.99}), ([7], {"topP": 0.5})]:
    removing(literal(logits), settings, name=f"{' '.join(f'{k} {v}' for k, v in settings.items())} {logits}".replace("inf", "∞"))
for settings in ({"topK": 2, "topP": 0.5}, {"topP": 0.5}, {"minP": 0.3, "topP": 0.7}, {"minP": 0.6, "topK": 3, "topP": 0.55}):
    removing(literal(np.log([0.4, 0.3, 0.2, 0.1]).astype(np.float32)), settings, name=f"chain, is it renormalised between: {' '.join(f'{k} {v}' for k, v in settings.items())}")


def changing(source, settings, history, eos=(), name=None):
    got = processed(source, settings, history, eos, True)
    record.add(name or f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, settings, shown(settings), touched(logits_of(source), got), history=history,
               **({"eos": list(eos)} if eos else {}))


LONG = {"prompt": [3, 7, 7, 1, 4], "output": [3, 7, 9, 3, 7]}
for source in (row("typical", 10), row("negative", 10), row("masked", 10), literal([2, -2, 0, 1.5, -0.5, 3, 0.25, -1, 4, 0])):
    for settings in ({"repetitionPenalty": 1.2}, {"repetitionPenalty": 0.8}, {"frequencyPenalty": 0.5}, {"presencePenalty": 0.5}, {"frequencyPenalty": -0.5, "presencePenalty": -1.0},
                     {"repetitionPenalty": 1.2, "frequencyPenalty": 0.5, "presencePenalty": 0.25}, {"logitBias": {"3": 2.0, "5": -1.5}, "repetitionPenalty": 1.5},
                     {"logitBias": {"3": -8.0}, "repetitionPenalty": 2.0, "presencePenalty": 1.0}):
        changing(source, settings, LONG)
changing(row("typical", 10), {"badWords": [[2], [3, 7, 5], [9, 3, 7, 6], [9, 9], [7, 0], [4, 3, 7, 9, 3, 7, 8]]}, LONG, name="badWords, the last too long for the output")
changing(row("typical", 10), {"badWords": [[1, 4]]}, {"prompt": [1], "output": []}, name="badWords do not see the prompt")
for least in (5, 6):
    changing(row("typical", 10), {"minNewTokens": least}, LONG, (2, 6), f"minNewTokens {least} after 5 of output")
changing(row("typical", 10), {"allowedTokens": [1, 3, 8]}, LONG, name="allowedTokens")
for kind in ("typical", "ties", "negative"):
    removing(row(kind, 10), {"logitBias": {"0": 1.5}, "repetitionPenalty": 1.3, "frequencyPenalty": 0.25, "presencePenalty": 0.5, "temperature": 1.1, "minP": 0.01, "topK": 7, "topP": 0.97},
             64, f"chain of penalties, bias and truncation, {kind}", LONG)
record.write("vllm.json")
