"""What the logits processors of Hugging Face transformers leave of a row, one at a time and in the order of `generate`.

Run:  python test/golden/sampling/from_transformers.py      (writes transformers.json)
With: transformers 5.24.0, torch 2.15.0 (CPU), numpy 2.4.6

Scores are the f32 inputs cast to f64. Where the same call on f32 keeps another set, the case says so in `f32`: the difference is rounding, not a rule."""

import copy
import warnings

import numpy as np
import torch
import transformers
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel
from transformers.generation import logits_process as lp

from vectors import SIZES, Recorder, after, label, literal, logits_of, number, row, splits_ties, touched

warnings.simplefilter("ignore")
transformers.logging.set_verbosity_error()
torch.manual_seed(0)

CHAIN = [("guidanceScale", "guidance_scale", None), ("sequenceBias", "sequence_bias", None),
         ("encoderRepetitionPenalty", "encoder_repetition_penalty", 1.0), ("repetitionPenalty", "repetition_penalty", 1.0),
         ("noRepeatNgramSize", "no_repeat_ngram_size", 0), ("encoderNoRepeatNgramSize", "encoder_no_repeat_ngram_size", 0),
         ("badWords", "bad_words_ids", None), ("minLength", "min_length", 0), ("minNewTokens", "min_new_tokens", None),
         ("prefixAllowedTokens", "prefix_allowed_tokens_fn", None), ("forcedBos", "forced_bos_token_id", None),
         ("forcedEos", "forced_eos_token_id", None), ("removeInvalidValues", "remove_invalid_values", False),
         ("exponentialDecayLength", "exponential_decay_length_penalty", None), ("suppressTokens", "suppress_tokens", None),
         ("beginSuppressTokens", "begin_suppress_tokens", None), ("custom", "logits_processor", None),
         ("temperature", "temperature", 1.0), ("topH", "top_h", None), ("topK", "top_k", 50), ("topP", "top_p", 1.0),
         ("minP", "min_p", None), ("typicalP", "typical_p", 1.0), ("epsilonCutoff", "epsilon_cutoff", 0.0),
         ("etaCutoff", "eta_cutoff", 0.0), ("watermark", "watermarking_config", None), ("renormalize", "renormalize_logits", None)]
WARPERS = {"temperature": lambda v: lp.TemperatureLogitsWarper(float(v)), "topK": lp.TopKLogitsWarper, "topP": lp.TopPLogitsWarper,
           "minP": lp.MinPLogitsWarper, "typicalP": lambda v: lp.TypicalLogitsWarper(mass=v), "epsilonCutoff": lp.EpsilonLogitsWarper,
           "etaCutoff": lp.EtaLogitsWarper, "topH": lp.TopHLogitsWarper}
NATIVE = {name: native for name, native, _ in CHAIN}

model = GPT2LMHeadModel(GPT2Config(vocab_size=16, n_layer=1, n_head=1, n_embd=4, n_positions=64, eos_token_id=2, bos_token_id=1))
given = GenerationConfig._get_default_generation_params()
defaults = [{"sampler": ours, "params": {native: given.get(native, default)}, "default": given.get(native, default)} for ours, native, default in CHAIN]
record = Recorder(engine="transformers", package="transformers", version=transformers.__version__,
                  command="python test/golden/sampling/from_transformers.py", versions={"torch": torch.__version__.split("+")[0], "numpy": np.__version__},
                  arithmetic="f64 scores, cast from the f32 inputs", tolerance=1e-9,
                  note="do_sample is False by default: `temperature` and what follows it apply to sampling only.", defaults=defaults)


def ids_of(history):
    return torch.tensor([history["prompt"] + history.get("output", [])]) if history else torch.zeros((1, 0), dtype=torch.long)


def scores_of(source, dtype):
    return torch.tensor(logits_of(source), dtype=dtype)[None]


def removing(name, source, settings, native, call, most=16, **more):
    """Records the result of `call` on f64, and of the same on f32 where it keeps others."""
    scores = call(scores_of(source, torch.float64))[0].numpy()
    result = after(scores, most)
    if "history" not in more:
        result |= splits_ties(source, np.flatnonzero(scores > -np.inf))
    narrow = after(call(scores_of(source, torch.float32))[0].numpy(), most)
    if narrow["keptHash"] != result["keptHash"]:
        result["f32"] = {k: narrow[k] for k in ("kept", "keptHash")}
    record.add(name, source, settings, native, result, **more)


def single(source, setting, value, most=16, suffix=""):
    warper = WARPERS[setting](value)
    native = {"class": type(warper).__name__, NATIVE[setting]: value}
    removing(f"{setting} {value}, {label(source)}{suffix}", source, {setting: value}, native, lambda z: warper(ids_of(None), z), most,
             order=[setting])


def chain(source, settings, history=None, native=None, name=None, most=64, eos=None, maxLength=None, dtype=torch.float64, **more):
    """The list that `generate` builds for these settings, with its defaults."""
    kwargs = native if native is not None else {NATIVE[k]: v for k, v in settings.items()}
    if eos is not None:
        kwargs = {**kwargs, "eos_token_id": eos if len(eos) > 1 else eos[0]}
    if maxLength is not None:
        kwargs = {**kwargs, "max_length": maxLength}
    base = copy.deepcopy(model.generation_config)
    base.eos_token_id = base.bos_token_id = None
    model.generation_config, kept = base, model.generation_config
    config, _ = model._prepare_generation_config(None, do_sample=True, **kwargs)
    model.generation_config = kept
    model._prepare_special_tokens(config, True, device="cpu")
    encoder = torch.tensor([more["encoder"]]) if "encoder" in more else None
    ids = ids_of(history)
    build = lambda: model._get_logits_processor(generation_config=config, input_ids_seq_length=len(history["prompt"]) if history else 0,  # noqa: E731
                                                encoder_input_ids=encoder, device="cpu", model_kwargs={})
    extra = {k: v for k, v in {"history": history, "eos": eos, "maxLength": maxLength, **more}.items() if v is not None}
    shown = {"generate": {"do_sample": True, **{k: v if not isinstance(v, dict) else str(v) for k, v in kwargs.items()}},
             "built": [type(p).__name__ for p in build()]}
    removing(name or f"chain {' '.join(f'{k} {v}' for k, v in settings.items()) or 'defaults'}, {label(source)}", source, settings, shown,
             lambda z: build()(ids, z), most, **extra)


# One at a time: every warper at V = 10, a choice of values at the other sizes
VALUES = {"temperature": (0.5, 0.7, 1.2, 2.0), "topK": (1, 3, 5, 40), "topP": (0.0, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0), "minP": (0.0, 0.02, 0.1, 0.5, 1.0),
          "typicalP": (0.2, 0.5, 0.9, 0.95), "epsilonCutoff": (0.0003, 0.02, 0.2), "etaCutoff": (0.0003, 0.02, 0.5), "topH": (0.1, 0.4, 0.7, 1.0)}
LARGE = {"temperature": (0.7, 1.5), "topK": (1, 40, 1000), "topP": (0.5, 0.9, 0.99), "minP": (0.02, 0.1), "typicalP": (0.2, 0.9),
         "epsilonCutoff": (0.0003,), "etaCutoff": (0.0003, 0.02), "topH": (0.4, 0.9)}
for vocab in SIZES:
    for setting, values in (VALUES if vocab == 10 else LARGE).items():
        for kind in ("typical", "flat", "ties", "masked", "negative"):
            if vocab > 1000 and kind in ("negative",):
                continue
            for value in values:
                single(row(kind, vocab), setting, value)

# Where the boundary lies: equal logits have probabilities that are exact
for logits, setting, values in [([0, 0, 0, 0], "topP", (0.25, 0.5, 0.75, 0.2500001, 0.1)), ([1, 1, 0, 0, 0, 0, 0, 0], "topP", (0.5, 0.3, 0.7)),
                                ([3, 2, 2, 2, 1], "topK", (1, 2, 3, 4, 5, 9)), ([2, 2, 2, 2, 2, 2], "topK", (1, 3)),
                                ([2, 2, 2, 1, 0], "minP", (1.0, 0.3, 0.4)), ([0, 0, 0, 0], "typicalP", (0.25, 0.5, 0.75)),
                                ([0, 0, 0, 0], "epsilonCutoff", (0.25, 0.2500001)), ([0, 0, 0, 0], "etaCutoff", (0.25, 0.0625, 0.9)),
                                ([0, 0, 0, 0], "topH", (0.25, 0.5, 0.24, 1.0)), ([1, 1, 1, -9, -9], "topH", (0.5, 0.99)),
                                ([5, float("-inf"), 4, float("-inf"), 3], "topK", (2, 3, 4, 5)), ([5, float("-inf"), 4, float("-inf"), 3], "topP", (0.6, 0.99, 1.0)),
                                ([5, float("-inf"), 4, float("-inf"), 3], "typicalP", (0.2, 0.9)), ([5, float("-inf"), 4, float("-inf"), 3], "topH", (0.5, 1.0)),
                                ([7], "topP", (0.5,)), ([7], "topK", (1, 5)), ([7], "typicalP", (0.5,)), ([7], "topH", (0.5,)), ([7], "minP", (0.5,))]:
    for value in values:
        single(literal(logits), setting, value, suffix=f" {logits}".replace("inf", "∞"))

# The order of generate, with its defaults (top_k = 50)
SETTINGS = [{}, {"temperature": 0.7}, {"temperature": 0.7, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05},
            {"temperature": 2.0, "topK": 0, "topP": 0.9}, {"temperature": 0.2, "topP": 0.95}, {"topK": 0, "minP": 0.1, "typicalP": 0.9},
            {"temperature": 1.5, "topK": 0, "topP": 0.95, "epsilonCutoff": 0.0003, "etaCutoff": 0.0003}, {"temperature": 1.3, "topH": 0.6, "topP": 0.9}]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        for settings in SETTINGS:
            if vocab > 1000 and kind in ("flat", "negative") and "topH" not in settings and settings:
                continue
            chain(row(kind, vocab), settings)
for settings in [{"temperature": 1.0, "topK": 2, "topP": 0.5}, {"temperature": 1.0, "topK": 0, "topP": 0.5}]:
    chain(literal(np.log([0.4, 0.3, 0.2, 0.1]).astype(np.float32)), settings, name=f"chain, is top-p measured after top-k: {settings['topK']}")


def changing(name, source, settings, processor, history=None, native=None, **more):
    before = logits_of(source)
    result = processor(ids_of(history), scores_of(source, torch.float64))[0].numpy()
    record.add(name, source, settings, {"class": type(processor).__name__, **(native or {})}, touched(before, result),
               **{k: v for k, v in {"history": history, **more}.items() if v is not None})


# What depends on the tokens so far
LONG = {"prompt": [3, 7, 7, 1, 4], "output": [3, 7, 9, 3, 7]}
SHORT = {"prompt": [5], "output": []}
for source in (row("typical", 10), row("ties", 10), row("negative", 10), row("masked", 10), literal([2, -2, 0, 1.5, -0.5, 3, 0.25, -1, 4, 0])):
    for value in (1.2, 0.8, 2.0):
        changing(f"repetitionPenalty {value}, {label(source)}" + ("" if "row" not in source else f" {source['row']}"), source, {"repetitionPenalty": value},
                 lp.RepetitionPenaltyLogitsProcessor(penalty=value), LONG, {"penalty": value})
changing("repetitionPenalty of the output only", row("typical", 10), {"repetitionPenalty": 1.5},
         lp.RepetitionPenaltyLogitsProcessor(penalty=1.5, prompt_ignore_length=5), LONG, {"penalty": 1.5, "prompt_ignore_length": 5})
changing("encoderRepetitionPenalty 1.5", row("negative", 10), {"encoderRepetitionPenalty": 1.5},
         lp.EncoderRepetitionPenaltyLogitsProcessor(1.5, torch.tensor([[1, 4, 4]])), LONG, {"penalty": 1.5}, encoder=[1, 4, 4])
for size in (1, 2, 3, 4, 11):
    changing(f"noRepeatNgramSize {size}", row("typical", 10), {"noRepeatNgramSize": size}, lp.NoRepeatNGramLogitsProcessor(size), LONG, {"ngram_size": size})
changing("noRepeatNgramSize 3, too few tokens", row("typical", 10), {"noRepeatNgramSize": 3}, lp.NoRepeatNGramLogitsProcessor(3), SHORT, {"ngram_size": 3})
changing("encoderNoRepeatNgramSize 2", row("typical", 10), {"encoderNoRepeatNgramSize": 2},
         lp.EncoderNoRepeatNGramLogitsProcessor(2, torch.tensor([[7, 2, 7, 8]])), LONG, {"encoder_ngram_size": 2}, encoder=[7, 2, 7, 8])
bias = {(3,): 2.5, (7,): -1.25, (3, 7, 9): 4.0, (9, 3, 7, 0): -3.0, (8, 8): 9.0, (7, 3): 0.5}
changing("sequenceBias", row("typical", 10), {"sequenceBias": [[list(k), v] for k, v in bias.items()]}, lp.SequenceBiasLogitsProcessor(bias), LONG)
changing("sequenceBias, context shorter than the prefix", row("typical", 10), {"sequenceBias": [[[1, 2, 3], 1.0], [[5, 6], 2.0]]},
         lp.SequenceBiasLogitsProcessor({(1, 2, 3): 1.0, (5, 6): 2.0}), SHORT)
changing("badWords, the end of text among them is ignored", row("typical", 10), {"badWords": [[2], [4], [3, 7, 5], [9, 9], [7, 0]]},
         lp.NoBadWordsLogitsProcessor([[2], [4], [3, 7, 5], [9, 9], [7, 0]], eos_token_id=2), LONG, eos=[2])
for length in (10, 11):
    changing(f"minLength {length} at length 10", row("typical", 10), {"minLength": length}, lp.MinLengthLogitsProcessor(length, [2, 6]), LONG, eos=[2, 6])
for length in (5, 6):
    changing(f"minNewTokens {length} after 5 new", row("typical", 10), {"minNewTokens": length}, lp.MinNewTokensLengthLogitsProcessor(5, length, 2), LONG, eos=[2])
for start, factor in ((2, 1.15), (4, 1.5), (5, 1.5), (0, 2.0)):
    for kind in ("typical", "negative"):
        changing(f"exponentialDecayLength {start} {factor}, {kind}", row(kind, 10), {"exponentialDecayLength": [start, factor]},
                 lp.ExponentialDecayLengthPenalty((start, factor), 2, 5), LONG, eos=[2])
changing("suppressTokens", row("typical", 10), {"suppressTokens": [1, 5]}, lp.SuppressTokensLogitsProcessor([1, 5]), LONG)
for history, begin in (({"prompt": [4, 5], "output": []}, 2), ({"prompt": [4, 5], "output": [6]}, 2)):
    changing(f"beginSuppressTokens, {len(history['output'])} tokens after the prompt", row("typical", 10), {"beginSuppressTokens": [1, 5]},
             lp.SuppressTokensAtBeginLogitsProcessor([1, 5], begin), history, {"begin_index": begin})
odd = literal([float("nan"), float("inf"), float("-inf"), 1.0, -2.0])
changing("removeInvalidValues", odd, {"removeInvalidValues": True}, lp.InfNanRemoveLogitsProcessor(), note="f64: the largest and least finite values of that type")
for name, processor, history, settings, more in [
        ("forcedBos at length 1", lp.ForcedBOSTokenLogitsProcessor(4), SHORT, {"forcedBos": 4}, {}),
        ("forcedBos later", lp.ForcedBOSTokenLogitsProcessor(4), LONG, {"forcedBos": 4}, {}),
        ("forcedEos at the last place", lp.ForcedEOSTokenLogitsProcessor(11, 2), LONG, {"forcedEos": 2}, {"maxLength": 11}),
        ("forcedEos, two tokens, at the last place", lp.ForcedEOSTokenLogitsProcessor(11, [2, 6]), LONG, {"forcedEos": [2, 6]}, {"maxLength": 11}),
        ("forcedEos one earlier", lp.ForcedEOSTokenLogitsProcessor(12, 2), LONG, {"forcedEos": 2}, {"maxLength": 12})]:
    removing(name, row("typical", 10), settings, {"class": type(processor).__name__}, lambda z, p=processor, h=history: p(ids_of(h), z), history=history, order=list(settings), **more)
for allowed in ([1, 4, 8], [0]):
    processor = lp.PrefixConstrainedLogitsProcessor(lambda batch, ids, a=allowed: a, 1)
    removing(f"prefixAllowedTokens {allowed}", row("typical", 10), {"prefixAllowedTokens": allowed}, {"class": "PrefixConstrainedLogitsProcessor"},
             lambda z, p=processor: p(ids_of(LONG), z), history=LONG, order=["prefixAllowedTokens"])
processor = lp.PrefixConstrainedLogitsProcessor(lambda batch, ids: [1, 3], 1)
removing("prefixAllowedTokens, all of them masked already", literal([4, float("-inf"), 2, float("-inf"), 1]), {"prefixAllowedTokens": [1, 3]},
         {"class": "PrefixConstrainedLogitsProcessor"}, lambda z: processor(ids_of(SHORT), z), history=SHORT, order=["prefixAllowedTokens"])
for source in (row("typical", 10), row("masked", 10), row("flat", 10)):
    record.add(f"renormalize, {source['row']}", source, {"renormalize": True}, {"class": "LogitNormalization"},
               touched(logits_of(source), lp.LogitNormalization()(None, scores_of(source, torch.float64))[0].numpy()))

# Guidance: two conventions in one library
for scale in (1.5, 3.0):
    source, other = row("typical", 10), row("typical", 10, 2)
    both = torch.cat([scores_of(source, torch.float64), scores_of(other, torch.float64)])
    got = lp.ClassifierFreeGuidanceLogitsProcessor(scale)(torch.zeros((1, 1), dtype=torch.long), both)[0].numpy()
    record.add(f"guidanceScale {scale}, batched: raw logits", source, {"guidanceScale": scale}, {"class": "ClassifierFreeGuidanceLogitsProcessor"},
               touched(logits_of(source), got), unconditional=other, convention="u + s·(c − u) of raw logits")
for scale in (1.5, 3.0, 0.5):
    source, other = row("typical", 10), row("typical", 10, 2)
    stub = lambda ids, **kw: transformers.modeling_outputs.CausalLMOutput(logits=scores_of(other, torch.float64)[None])  # noqa: E731
    got = lp.UnbatchedClassifierFreeGuidanceLogitsProcessor(scale, stub)(torch.zeros((1, 1), dtype=torch.long), scores_of(source, torch.float64))[0].numpy()
    record.add(f"guidanceScale {scale}, generate: log-softmax of both", source, {"guidanceScale": scale},
               {"class": "UnbatchedClassifierFreeGuidanceLogitsProcessor"}, touched(logits_of(source), got), unconditional=other,
               convention="u + s·(c − u) of log-softmax")
source, other = row("typical", 10), row("typical", 10, 2)
for top in (None, 3):
    dia = lp.DiaClassifierFreeGuidanceLogitsProcessor(3.0, guidance_top_k=top)
    got = dia(torch.zeros((1, 1), dtype=torch.long), torch.cat([scores_of(source, torch.float64), scores_of(other, torch.float64)]))[0].numpy()
    record.add(f"guidanceScale 3, Dia, top {top}", source, {"guidanceScale": 3.0}, {"class": "DiaClassifierFreeGuidanceLogitsProcessor", "guidance_top_k": top},
               touched(logits_of(source), got), unconditional=other, convention="c + s·(c − u) of raw logits; with top k, of conditional logits elsewhere")

# All of it at once, as generate would do it
EVERYTHING = {"repetitionPenalty": 1.3, "noRepeatNgramSize": 3, "minNewTokens": 8, "suppressTokens": [1], "temperature": 0.8, "topK": 7, "topP": 0.97, "minP": 0.0001}
for kind in ("typical", "ties", "negative"):
    chain(row(kind, 10), EVERYTHING, LONG, name=f"chain of processors and warpers, {kind}", eos=[2])
chain(row("typical", 1000), {"repetitionPenalty": 1.3, "temperature": 0.8, "topP": 0.9}, {"prompt": [919, 838, 757], "output": [676, 595]},
      name="chain, repetition penalty moves the head, typical 1000")
chain(row("typical", 10), {"sequenceBias": [[[3], 2.0], [[3, 7, 5], -4.0]], "badWords": [[0]], "exponentialDecayLength": [1, 1.2], "temperature": 1.5}, LONG,
      native={"sequence_bias": [[[3], 2.0], [[3, 7, 5], -4.0]], "bad_words_ids": [[0]], "exponential_decay_length_penalty": (1, 1.2), "temperature": 1.5},
      name="chain, sequence bias and bad words and decay, typical", eos=[2])

# What is refused
refused = []
for name, make in [("temperature 0.0", lambda: lp.TemperatureLogitsWarper(0.0)), ("temperature -1.0", lambda: lp.TemperatureLogitsWarper(-1.0)),
                   ("temperature 1 (an int)", lambda: lp.TemperatureLogitsWarper(1)), ("topK 0", lambda: lp.TopKLogitsWarper(0)), ("topK -1", lambda: lp.TopKLogitsWarper(-1)),
                   ("topP -0.1", lambda: lp.TopPLogitsWarper(-0.1)), ("topP 1.1", lambda: lp.TopPLogitsWarper(1.1)), ("minP -0.1", lambda: lp.MinPLogitsWarper(-0.1)),
                   ("minP 1.1", lambda: lp.MinPLogitsWarper(1.1)), ("typicalP 0", lambda: lp.TypicalLogitsWarper(0.0)), ("typicalP 1", lambda: lp.TypicalLogitsWarper(1.0)),
                   ("epsilonCutoff 0", lambda: lp.EpsilonLogitsWarper(0.0)), ("epsilonCutoff 1", lambda: lp.EpsilonLogitsWarper(1.0)),
                   ("etaCutoff 0", lambda: lp.EtaLogitsWarper(0.0)), ("etaCutoff 1", lambda: lp.EtaLogitsWarper(1.0)), ("topH 0", lambda: lp.TopHLogitsWarper(0.0)),
                   ("topH 1.1", lambda: lp.TopHLogitsWarper(1.1)), ("repetitionPenalty 0.0", lambda: lp.RepetitionPenaltyLogitsProcessor(0.0)),
                   ("repetitionPenalty 1 (an int)", lambda: lp.RepetitionPenaltyLogitsProcessor(1)), ("noRepeatNgramSize 0", lambda: lp.NoRepeatNGramLogitsProcessor(0)),
                   ("guidanceScale 1, batched", lambda: lp.ClassifierFreeGuidanceLogitsProcessor(1.0))]:
    try:
        make()
        refused.append({"value": name, "refused": False})
    except (ValueError, TypeError) as error:
        refused.append({"value": name, "refused": True, "error": type(error).__name__})
record.about["ranges"] = refused
record.write("transformers.json")
