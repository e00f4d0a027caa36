"""What web-llm leaves of a row: the kernel calls of its own sampleFromRawLogits (from_web_llm.mjs), run on the CPU.

Run:  python test/golden/sampling/from_web_llm.py SOFTMAX PENALTIES      (writes web-llm.json; needs Node and `npm ci`)
With: @mlc-ai/web-llm 0.2.86 (npm), apache-tvm 0.27.0.post1, numpy 2.4.6

argsort_probs and sample_with_top_p are TVM's argsort and sample_top_p_top_k_from_sorted_prob with k = V, as mlc-llm puts them into a model's library. SOFTMAX and PENALTIES, which
are not part of this repository, are TVM libraries with the functions that mlc-llm's passes AttachSoftmaxWithTemperature and AttachLogitProcessFunc add to every model compiled
for a CPU (commit 79d603f085f50500e9509fa01785ffa7ecfaaa93): softmax_with_temperature, and apply_logit_bias_inplace with apply_penalty_inplace. web-llm runs the same for WebGPU.

The draw is asked for its token at 1,000 uniform numbers (8 above 1,000 tokens) and at the largest below 1: what that gives is the last token kept. Where top_p is 1 all tokens of a
probability above 0 are kept, though a running sum in f32 never reaches the last of them. Probabilities are the softmax kernel's, divided by their sum. All f32."""

import json
import subprocess
import sys

import numpy as np
import tvm
from tvm import relax
from tvm.relax.frontend import nn
from tvm.relax.frontend.nn import spec

from inputs import here
from vectors import SIZES, Recorder, kept_of, label, literal, logits_of, number, row, splits_ties

tensor = tvm.runtime.tensor
softmax = relax.VirtualMachine(tvm.runtime.load_module(sys.argv[1]), tvm.cpu())["softmax_with_temperature"]
penalties = tvm.runtime.load_module(sys.argv[2])


class Draw(nn.Module):
    def argsort_probs(self, probs):
        return nn.wrap_nested(relax.op.argsort(probs._expr, descending=True, dtype="int32"), "sorted")

    def sample_with_top_p(self, probs, ids, top_p, top_k, uniform, indices):
        return nn.op.sample_top_p_top_k_from_sorted_prob(probs, ids, top_p, top_k, uniform, indices)


of = spec.Tensor
module, _ = Draw().export_tvm(spec={
    "argsort_probs": {"probs": of([1, "v"], "float32")},
    "sample_with_top_p": {"probs": of([1, "v"], "float32"), "ids": of([1, "v"], "int32"), "top_p": of([1, 1], "float32"), "top_k": of([1, 1], "int32"), "uniform": of(["n", 1], "float32"), "indices": of(["n", 1], "int32")}})
draw = relax.VirtualMachine(tvm.compile(module, target="llvm"), tvm.cpu())
LAST = np.nextafter(np.float32(1), np.float32(0))


def run(logits, calls):
    """What is left: ids and their probabilities, of the softmax kernel."""
    logits = tensor(logits.reshape(1, -1).copy())
    results = {}
    for kernel, args in calls:
        given = [a if isinstance(a, str) else tensor(np.array(a["values"], a["dtype"])) for a in args]
        if kernel == "apply_logit_bias_inplace":
            penalties[kernel](logits, *given[1:])
        elif kernel == "apply_penalty_inplace":
            penalties[kernel](logits, *given[1:-1], tensor(given[-1].numpy().reshape(1, 3)))
        elif kernel == "softmax_with_temperature":
            results["probs"] = softmax(tensor(logits.numpy().reshape(1, 1, -1)), given[1]).numpy().reshape(1, -1)
        elif kernel == "argsort_probs":
            results["sortedIndices"] = draw[kernel](tensor(results["probs"])).numpy()
            results["sortedProbs"] = np.take_along_axis(results["probs"], results["sortedIndices"], 1)
        elif kernel == "sample_with_top_p":
            probs, ids = results["sortedProbs"], results["sortedIndices"]
            top_p = float(given[4].numpy()[0])
            many = 1000 if probs.size <= 1000 else 8
            uniform = np.append((np.arange(many, dtype=np.float64) + 0.5) / many, LAST).astype(np.float32)
            drawn = draw[kernel](tensor(probs), tensor(ids), tensor(np.full((1, 1), top_p, np.float32)), tensor(np.full((1, 1), probs.size, np.int32)), tensor(uniform.reshape(-1, 1)),
                                 tensor(np.zeros((many + 1, 1), np.int32))).numpy().ravel()
            count = int((probs > 0).sum()) if top_p >= 1 else int(np.flatnonzero(ids[0] == drawn[-1])[0]) + 1
            left, p = ids[0, :count], probs[0, :count].astype(np.float64)
            # Its draws are those of what is said to be left, but for the error of its running sum.
            place = np.empty(probs.size, np.int64)
            place[ids[0]] = np.arange(probs.size)
            expected = np.minimum(np.searchsorted(np.cumsum(p) / p.sum(), uniform[:-1].astype(np.float64), "right"), count - 1)
            apart = np.abs(place[drawn[:-1]] - expected)
            assert place[drawn].max() < count and (apart > 0.005 * count).mean() <= 0.01, (place[drawn], expected)
            return left, p / p.sum()
    raise ValueError("no draw")


defaults = [{"sampler": s, "params": {n: d}, "default": d, "note": note} for s, n, d, note in [
    ("logitBias", "logit_bias", None, "added"), ("frequencyPresence", "frequency_penalty", 0.0, "with presence_penalty 0.0; of the output"),
    ("repetitionPenalty", "repetition_penalty", 1.0, "in the same kernel, after those; of the output"), ("temperature", "temperature", 1.0, "at least 1e-6; to 1e-5 the maxima share"), ("topP", "top_p", 1.0, "at least 1e-5")]]
OFF = {"temperature": 1.0, "topP": 1.0}
NATIVE = {"temperature": "temperature", "topP": "top_p", "frequencyPenalty": "frequency_penalty", "presencePenalty": "presence_penalty", "repetitionPenalty": "repetition_penalty", "logitBias": "logit_bias"}
wanted = []


def want(source, settings, most=16, name=None, output=()):
    wanted.append((name or f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, settings, most, list(output)))


ONE = [{"topP": 0.1}, {"topP": 0.5}, {"topP": 0.9}, {"topP": 0.99}, {"temperature": 0.0}, {"temperature": 1e-5}, {"temperature": 0.5}, {"temperature": 2.0}]
LARGE = [{"topP": 0.1}, {"topP": 0.5}, {"topP": 0.9}, {"temperature": 0.0}]
CHAINS = [{"temperature": 0.7, "topP": 0.95}, {"temperature": 0.3, "topP": 0.9}, {"temperature": 1.5, "topP": 0.8}, {"temperature": 0.0, "topP": 0.5}]
PENALTIES = [{"repetitionPenalty": 1.3}, {"frequencyPenalty": 0.4}, {"presencePenalty": 0.7}, {"repetitionPenalty": 1.2, "frequencyPenalty": 0.5, "presencePenalty": 0.25}]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        if vocab > 1000 and kind in ("negative", "flat"):
            continue
        for settings in ONE if vocab <= 1000 else LARGE:
            want(row(kind, vocab), settings)
        for settings in CHAINS:
            want(row(kind, vocab), settings, 64, f"chain {' '.join(f'{k} {v}' for k, v in settings.items())}, {label(row(kind, vocab))}")
        best = [int(i) for i in np.argsort(-logits_of(row(kind, vocab)), kind="stable")[[0, 1, 1, 3]]]
        for settings in PENALTIES:
            settings = {"temperature": 0.8, "topP": 0.9, **settings}
            want(row(kind, vocab), settings, 64, f"chain {' '.join(f'{k} {v}' for k, v in settings.items())}, the best have been, {label(row(kind, vocab))}", output=best)
INF = float("-inf")
for logits, settings in [([0, 0, 0, 0], {"topP": 0.25}), ([0, 0, 0, 0], {"topP": 0.5}), ([0, 0, 0, 0], {"topP": 0.75}), ([0, 0, 0, 0], {"topP": 1e-9}), ([1, 5, 5, 0], {"temperature": 0.0}), ([1, 5, 5, 0], {"temperature": 0.0, "topP": 0.5}),
                         ([1, 5, 5, 0], {"temperature": 0.0, "topP": 0.6}), ([5, INF, 4, INF, 3], {"topP": 0.99}), ([5, INF, 4, INF, 3], {"temperature": 0.7}), ([7], {"topP": 0.5}), ([2, 2, 1], {"temperature": 2e-5}), ([1, 2], {"topP": 0.0}), ([1, 2], {"temperature": -1.0}),
                         ([1, 2], {"frequencyPenalty": 2.5}), ([1, 2], {"repetitionPenalty": 0.0})]:
    want(literal(logits), settings, 16, f"{' '.join(f'{k} {v}' for k, v in settings.items())} {logits}".replace("inf", "∞"))
want(literal(np.log([0.4, 0.3, 0.2, 0.1]).astype(np.float32)), {"topP": 0.5}, 16, "topP 0.5 of .4 .3 .2 .1")
TEN = [4.0, -2.0, 1.5, 0.0, 3.0, -1.0, 2.5, 0.5, -0.5, 1.0]
for settings in ({"repetitionPenalty": 1.2}, {"repetitionPenalty": 0.8}, {"presencePenalty": 0.5}, {"frequencyPenalty": 0.5}, {"frequencyPenalty": -0.5}, {"repetitionPenalty": 1.2, "frequencyPenalty": 0.5, "presencePenalty": 0.25}, {"logitBias": {"3": 2.0, "1": -5.0}},
                 {"logitBias": {"1": 3.0}, "repetitionPenalty": 1.5}):
    want(literal(TEN), settings, 16, f"{' '.join(f'{k} {v}' for k, v in settings.items())}, 10 given", output=[0, 1, 2, 2, 3, 3, 3])

CONFIG = {"temperature": 1.0, "top_p": 1.0, "repetition_penalty": 1.0, "frequency_penalty": 0.0, "presence_penalty": 0.0}
asked = [{"config": CONFIG, "genConfig": {NATIVE[k]: v for k, v in {**OFF, **settings}.items()}, "output": output} for _, _, settings, _, output in wanted]
traced = json.loads(subprocess.run(["node", here / "from_web_llm.mjs"], input=json.dumps(asked), capture_output=True, text=True, check=True).stdout)
record = Recorder(engine="web-llm", package="@mlc-ai/web-llm, mlc-llm 79d603f0, apache-tvm", version=f"{traced['version']}, {tvm.__version__}", command="python test/golden/sampling/from_web_llm.py SOFTMAX PENALTIES",
                  versions={"numpy": np.__version__}, arithmetic="f32", tolerance=5e-6, note="The kernels are those for a CPU; WebGPU sums in another order.", defaults=defaults)
for (name, source, settings, most, output), one, call in zip(wanted, traced["cases"], asked):
    history = {"history": {"prompt": [], "output": output}} if output else {}
    native = {"genConfig": {k: number(v) if isinstance(v, float) else v for k, v in call["genConfig"].items()}}
    if "error" in one:
        result = {"error": one["error"]}
    else:
        ids, p = run(logits_of(source), one["calls"])
        native["calls"] = [kernel for kernel, _ in one["calls"]]
        result = {**kept_of(ids, p, most), **splits_ties(source, ids)}
    record.add(name, source, {**OFF, **settings}, native, result, **history)
record.write("web-llm.json")
