"""What koboldcpp's own SampleLogits leaves of a row.

Run:  python test/golden/sampling/from_koboldcpp.py PROGRAM      (writes koboldcpp.json)
With: koboldcpp 1.116.1 (LostRuins/koboldcpp 0c163a9b4c0cecdad508576d96bb5f03b71e2c8a), numpy 2.4.6

koboldcpp's samplers are functions of gpttype_adapter.cpp, in no library that can be called. PROGRAM, which is not part of this repository, is that file's SampleLogits and all
that it calls, as they are, behind a main of a few lines: for every line of standard input `FILE name=value …` (a row of little-endian f32, then parameters by their names in
its API; `history` and `logit_bias` are comma-separated ids and id:bias, `breakers` ids separated by ; and ,) one line of standard output: the drawn id, then `id:probability`
of every candidate that SampleLogits hands to its last step, as sample_token notes them in top_picks_history, without those whose probability is 0. All f32.

The recorded file was made by 0c163a9b, g++ 12.2 -O2. Its sampler_order is 6,0,1,3,4,2,5 (the default) where a case names no order."""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from vectors import SIZES, Recorder, kept_of, label, literal, logits_of, number, row, splits_ties

program = pathlib.Path(sys.argv[1]).resolve()
# settings -> parameter of its API
NATIVE = {"temperature": "temperature", "topK": "top_k", "topA": "top_a", "topP": "top_p", "minP": "min_p", "typicalP": "typical", "tfs": "tfs", "topNSigma": "nsigma", "repetitionPenalty": "rep_pen",
          "presencePenalty": "presence_penalty", "repetitionWindow": "rep_pen_range", "dryMultiplier": "dry_multiplier", "dryBase": "dry_base", "dryAllowedLength": "dry_allowed_length", "dryWindow": "dry_penalty_last_n",
          "xtcProbability": "xtc_probability", "xtcThreshold": "xtc_threshold", "dynatempRange": "dynatemp_range", "dynatempExponent": "dynatemp_exponent", "smoothingFactor": "smoothing_factor", "smoothingCurve": "smoothing_curve",
          "adaptiveTarget": "adaptive_target"}
# koboldcpp.py, generate()
defaults = [{"sampler": s, "params": {n: d}, "default": d, **({"note": note} if note else {})} for s, n, d, note in [
    ("logitBias", "logit_bias", None, "added"), ("dry", "dry_multiplier", 0.0, "dry_base 1.75, dry_allowed_length 2, dry_penalty_last_n 320 (0: everything)"), ("prefilter", "top_k", 3000, "always, before the grammar"),
    ("repetitionPenalty", "rep_pen", 1.0, "6; rep_pen_range 320 with the prompt; rep_pen_slope 1.0 weakens the older half; presence_penalty in the same step, and no frequency penalty"),
    ("topK", "top_k", 100, "0; 0 or less: all"), ("topA", "top_a", 0.0, "1"), ("tfs", "tfs", 1.0, "3"), ("typicalP", "typical", 1.0, "4"), ("topP", "top_p", 0.9, "2"), ("minP", "min_p", 0.0, "2, after top_p; .002 where adaptive_target is set and nothing truncates"),
    ("temperature", "temperature", 0.7, "5; 0 or less: the first of the sort; with dynatemp_range, smoothing_factor and then nsigma"), ("topNSigma", "nsigma", 0.0, "in 5"),
    ("xtc", "xtc_probability", 0.0, "takes 999 off the logits; xtc_threshold 0.2"), ("adaptiveP", "adaptive_target", -1.0, "adaptive_decay 0.9; remembers probabilities of the raw row")]]
ORDER = {"repetitionPenalty": 6, "topK": 0, "topA": 1, "tfs": 3, "typicalP": 4, "topP": 2, "temperature": 5}
record = Recorder(engine="koboldcpp", package="LostRuins/koboldcpp gpttype_adapter.cpp", version="1.116.1 (0c163a9b)", command="python test/golden/sampling/from_koboldcpp.py PROGRAM", versions={"numpy": np.__version__}, arithmetic="f32", tolerance=5e-6,
                  note="Without a grammar, guidance, mirostat and rep_pen_slope. XTC cases have a chance of 1.", defaults=defaults)
OFF = {"temperature": 1.0, "topK": 0, "topP": 1.0, "repetitionPenalty": 1.0}
wanted = []


def want(source, settings, most=16, name=None, **more):
    text = " ".join(f"{k} {v}" for k, v in settings.items())
    wanted.append((name or f"{text}, {label(source)}", source, settings, most, more))


ONE = [{"topK": k} for k in (1, 3, 40)] + [{"topP": p} for p in (0.1, 0.5, 0.9, 0.99)] + [{"minP": p} for p in (0.02, 0.1, 1.0)] + [{"topA": a} for a in (0.05, 0.2, 1.0)] + [{"tfs": z} for z in (0.5, 0.9, 0.97)] + [
    {"typicalP": p} for p in (0.2, 0.5, 0.95)] + [{"topNSigma": n} for n in (0.5, 1.0, 2.0)] + [{"temperature": t} for t in (0.0, 0.5, 1.5, 2.0)] + [{"temperature": 1.0, "dynatempRange": 0.5, "dynatempExponent": 1.0}, {"temperature": 1.0, "dynatempRange": 1.5, "dynatempExponent": 2.0},
    {"smoothingFactor": 0.2, "smoothingCurve": 1.0}, {"smoothingFactor": 0.01, "smoothingCurve": 1.5}, {"xtcProbability": 1.0, "xtcThreshold": 0.1}, {"xtcProbability": 1.0, "xtcThreshold": 0.02}, {"adaptiveTarget": 0.3}]
LARGE = [{"topK": 40}, {"topP": 0.5}, {"topP": 0.99}, {"minP": 0.02}, {"topA": 0.05}, {"tfs": 0.97}, {"typicalP": 0.95}, {"topNSigma": 1.0}, {"temperature": 0.5}, {"temperature": 1.0, "dynatempRange": 0.5, "dynatempExponent": 1.0}, {"xtcProbability": 1.0, "xtcThreshold": 0.02}]
CHAINS = [{"temperature": 0.7, "topK": 100, "topP": 0.9}, {"temperature": 0.3, "topK": 100, "topP": 0.95, "minP": 0.02}, {"temperature": 1.0, "topK": 0, "topP": 1.0, "minP": 0.05, "smoothingFactor": 0.25}, {"temperature": 1.5, "topK": 0, "topP": 0.98, "topA": 0.02, "topNSigma": 2.0},
          {"temperature": 1.2, "topK": 200, "topP": 0.95, "tfs": 0.95, "typicalP": 0.9}, {"temperature": 0.8, "topK": 0, "topP": 1.0, "minP": 0.01, "xtcProbability": 1.0, "xtcThreshold": 0.05}]
INF = float("-inf")
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        if vocab > 1000 and kind in ("negative", "flat"):
            continue
        for settings in ONE if vocab <= 1000 and kind != "negative" else LARGE:
            want(row(kind, vocab), settings)
        for settings in CHAINS:
            want(row(kind, vocab), settings, 64, f"chain {' '.join(f'{k} {v}' for k, v in settings.items())}, {label(row(kind, vocab))}")
        for order in (["temperature", "repetitionPenalty", "topP", "topK", "typicalP", "tfs", "topA"], ["topP", "typicalP", "topA", "temperature", "topK", "tfs", "repetitionPenalty"]):
            history = [int(i) for i in np.argsort(-logits_of(row(kind, vocab)), kind="stable")[:8]]
            for settings in ({"temperature": 1.5, "topK": 60, "topP": 0.9, "minP": 0.02, "repetitionPenalty": 1.2}, {"temperature": 0.6, "topK": 30, "topP": 0.8, "topA": 0.01, "tfs": 0.98, "typicalP": 0.97, "repetitionPenalty": 1.1}):
                want(row(kind, vocab), settings, 64, f"sampler_order {','.join(str(ORDER[s]) for s in order)}: {' '.join(f'{k} {v}' for k, v in settings.items())}, {label(row(kind, vocab))}",
                     sampler_order=order, history={"prompt": history[:4], "output": history[4:]})
for logits, settings in [([0, 0, 0, 0], {"topP": 0.25}), ([0, 0, 0, 0], {"topP": 0.5}), ([0, 0, 0, 0], {"topP": 0.75}), ([0, 0, 0, 0], {"typicalP": 0.5}), ([0, 0, 0, 0], {"topA": 1.0}), ([0, 0, 0, 0], {"tfs": 0.5}), ([0, 0, 0, 0], {"topNSigma": 1.0}),
                         ([0, 0, 0, 0], {"xtcProbability": 1.0, "xtcThreshold": 0.25}), ([3, 2, 2, 2, 1], {"topK": 2}), ([3, 2, 2, 2, 1], {"topK": 3}), ([3, 2, 2, 2, 1], {"topK": -1}), ([2, 2, 2, 1, 0], {"minP": 1.0}), ([2, 2, 2, 1, 0], {"minP": 0.3}), ([5, INF, 4, INF, 3], {"topK": 4}),
                         ([5, INF, 4, INF, 3], {"topP": 0.99}), ([5, INF, 4, INF, 3], {"typicalP": 0.9}), ([5, INF, 4, INF, 3], {"tfs": 0.9}), ([1, 5, 5, 0], {"temperature": 0.0}), ([7], {"topP": 0.5}), ([3, 2], {"tfs": 0.5}), ([3, 2, 0], {"tfs": 0.5}), ([3, 2, 0, -1], {"tfs": 0.5}), ([3, 2.9, 2.8, 0, -1, -3], {"tfs": 0.5}), ([3, 2], {"topA": 1.0}),
                         ([5, 4.9, 1, 0], {"temperature": 0.0, "typicalP": 0.3}), ([1, 3, 2.5, 0], {"smoothingFactor": 1.0, "temperature": 0.5}), ([4, 3, 2, 1], {"topNSigma": 1.0, "temperature": 2.0}), ([4, 3, 2, 1], {"dynatempRange": 1.0, "temperature": 1.0, "smoothingFactor": 0.5})]:
    want(literal(logits), settings, 16, f"{' '.join(f'{k} {v}' for k, v in settings.items())} {logits}".replace("inf", "∞"))
for settings in ({"topK": 2, "topP": 0.5}, {"topP": 0.5}, {"topK": 2, "topP": 0.6}, {"topP": 0.6, "minP": 0.8}):
    want(literal(np.log([0.4, 0.3, 0.2, 0.1]).astype(np.float32)), settings, 16, f"chain, is it renormalised between: {' '.join(f'{k} {v}' for k, v in settings.items())}")
TEN = [4.0, -2.0, 1.5, 0.0, 3.0, -1.0, 2.5, 0.5, -0.5, 1.0]
SEEN = {"prompt": [0, 1, 2, 2, 5], "output": [4, 2, 0, 3]}
for settings in ({"repetitionPenalty": 1.2}, {"repetitionPenalty": 0.8}, {"presencePenalty": 0.5}, {"repetitionPenalty": 1.2, "presencePenalty": 0.5}, {"repetitionPenalty": 1.2, "repetitionWindow": 3}, {"repetitionPenalty": 1.2, "repetitionWindow": 0},
                 {"repetitionPenalty": 1.2, "presencePenalty": -0.5, "repetitionWindow": 6, "topP": 0.9, "temperature": 0.7}):
    want(literal(TEN), settings, 16, f"{' '.join(f'{k} {v}' for k, v in settings.items())}, 10 given and 9 seen", history=SEEN)
for bias in ({"3": 2.0}, {"0": -100.0, "9": 1.5}):
    want(literal(TEN), {"logitBias": bias, "repetitionPenalty": 1.3}, 16, f"logitBias {bias} before repetitionPenalty 1.3", history=SEEN)
for text, breakers, settings in [([1, 2, 3, 4, 1, 2, 3], None, {}), ([1, 2, 3, 4, 1, 2, 3], None, {"dryAllowedLength": 3}), ([1, 2, 3, 4, 1, 2, 3], None, {"dryAllowedLength": 4}), ([1, 2, 3, 4, 1, 2, 3], [[2]], {}), ([1, 2, 3, 4, 1, 2, 3], [[4]], {"dryAllowedLength": 1}),
                                 ([1, 2, 3, 4, 1, 2, 3], [[1, 2]], {"dryAllowedLength": 1}), ([1, 2, 3, 4, 1, 2, 3], None, {"dryWindow": 5}), ([5, 5, 5, 5, 5], None, {}), ([1, 2, 6, 1, 2, 7, 1, 2], None, {"dryBase": 2.0, "dryMultiplier": 0.8})]:
    settings = {"dryMultiplier": 1.0, "dryBase": 1.75, "dryAllowedLength": 2, "dryWindow": -1, **settings}
    want(literal(TEN), settings, 16, f"dry, {' '.join(f'{k[3:]} {v}' for k, v in settings.items())} breakers {breakers}, {text}", history={"prompt": text, "output": []}, **({"breakers": breakers} if breakers else {}))
# More tokens than the 3,000 that go on: the penalty of one that does not is never seen.
for vocab in SIZES[2:]:
    least, best = (int(i) for i in np.argsort(-logits_of(row("typical", vocab)), kind="stable")[[4000, 0]])
    want(row("typical", vocab), {"repetitionPenalty": 1.3}, 64, f"repetitionPenalty 1.3 of the first and the 4,001st, {label(row('typical', vocab))}", history={"prompt": [least], "output": [best]})
    want(row("typical", vocab), {"temperature": 2.0, "logitBias": {str(least): 20.0}}, 64, f"logitBias of the 4,001st, {label(row('typical', vocab))}")

with tempfile.TemporaryDirectory() as temporary:
    lines, calls = [], []
    for _, source, settings, _, more in wanted:
        file = pathlib.Path(temporary) / (f"{source['row']}{source['vocab']}" if "row" in source else f"given{len(lines)}")
        if not file.exists():
            logits_of(source).astype("<f4").tofile(file)
        call = {NATIVE[k]: v for k, v in {**OFF, **settings}.items() if k in NATIVE}
        if "sampler_order" in more:
            call["sampler_order"] = ",".join(str(ORDER[s]) for s in more["sampler_order"])
        calls.append(call)
        extra = dict(call)
        if "history" in more:
            extra["history"] = ",".join(map(str, more["history"]["prompt"] + more["history"]["output"]))
        if "logitBias" in settings:
            extra["logit_bias"] = ",".join(f"{k}:{v}" for k, v in settings["logitBias"].items())
        if "breakers" in more:
            extra["breakers"] = ";".join(",".join(map(str, ids)) for ids in more["breakers"])
        lines.append(" ".join([str(file), *(f"{k}={v}" for k, v in extra.items())]))
    told = subprocess.run([program], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True).stdout.splitlines()
assert len(told) == len(wanted)
for (name, source, settings, most, more), call, line in zip(wanted, calls, told):
    pairs = [pair.split(":") for pair in line.split()[1:]]
    ids, p = np.array([int(i) for i, _ in pairs]), np.array([float(x) for _, x in pairs])
    # Its order where it is another: with what always runs around it.
    extra = {k: v for k, v in more.items() if k in ("history", "breakers")}
    if "sampler_order" in more:
        extra["order"] = ["prefilter", *(s for step in more["sampler_order"] for s in ([step, "minP"] if step == "topP" else [step]))]
    record.add(name, source, {**OFF, **settings}, {k: number(v) if isinstance(v, float) else v for k, v in call.items()}, {**kept_of(ids, p / p.sum(), most), **splits_ties(source, ids)}, **extra)
record.write("koboldcpp.json")
