"""Numbers that the engines' own test files expect, with file and line (or the test's name): inputs, settings, expectations; no code of theirs.

Run:  python test/golden/sampling/literal.py LLAMA_CPP_FOLDER EXLLAMAV3_FOLDER      (writes literal.json)
With: llama.cpp 0c1e57098bba43ac29e6e3b677cdceebdd22334f (vendor/llama.cpp of llama-cpp-python 0.3.36), exllamav3 4f8ad0121f483ba66a5336244a4c3b6d7210385e

llama.cpp's and exllamav3's tables are read out of their files. Those of transformers, mlx-lm, mistral.rs, candle and ollama are few and stand below."""

import ast
import json
import math
import pathlib
import re
import sys

from vectors import here, number

INF = float("inf")
cases = []
SOURCES = {
    "llama.cpp": {"repository": "ggml-org/llama.cpp", "commit": "0c1e57098bba43ac29e6e3b677cdceebdd22334f", "file": "tests/test-sampling.cpp"},
    "exllamav3": {"repository": "turboderp-org/exllamav3", "commit": "4f8ad0121f483ba66a5336244a4c3b6d7210385e", "file": "tests/test_sampler.py"},
    "transformers": {"repository": "huggingface/transformers", "commit": "019af3ac65298aae51038a941c54a038a505bd57", "file": "tests/generation/test_logits_process.py"},
    "mlx-lm": {"repository": "ml-explore/mlx-lm", "commit": "d78bf58e217c904ec282ed8da9b947491f78c022", "file": "tests/test_sample_utils.py"},
    "mistral.rs": {"repository": "EricLBuehler/mistral.rs", "commit": "9e922623f24b32d41f3892b74f0eed18707f4e6c", "file": "mistralrs-core/src/sampler.rs"},
    "candle": {"repository": "huggingface/candle", "commit": "2a13b0f3ff62f7e67013597f2996f764c5735e21", "file": "candle-transformers/tests/generation_tests.rs"},
    "ollama": {"repository": "ollama/ollama", "commit": "v0.17.4", "file": "sample/transforms_test.go"},
}


def plain(value):
    if isinstance(value, float):
        return number(value)
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def add(engine, where, given, settings, expected, tolerance, **more):
    cases.append(plain({"engine": engine, "where": where, "input": given, "settings": settings, "expected": expected, "tolerance": tolerance, **more}))


def descending(values, unnormalised=False):
    return {"unnormalised" if unnormalised else "probabilities": sorted((v for v in values if v > 0), reverse=True)}


# llama.cpp
def llama(folder):
    text = (pathlib.Path(folder) / "tests/test-sampling.cpp").read_text()
    start = text.index("int main(void)")
    for match in re.finditer(r"^    test_(\w+)\((.*)\);", text[start:], re.M):
        name, raw = match[1], re.sub(r"(\d|\.)f\b", r"\1", match[2])
        line = text[: start + match.start()].count("\n") + 1
        if name == "sampler_queue":
            vocab, order, k, p, m = ast.literal_eval("(" + raw.replace("9997.9/9999.0", repr(9997.9 / 9999.0)) + ")")
            queue(line, vocab, order, k, p, m)
        elif name not in ("perf", "dist_singleton_rng"):
            args = eval("(" + raw.replace("{", "[").replace("}", "]") + ")")  # noqa: S307
            row(name, line, *args)


def row(name, line, probabilities, *rest):
    make = {"temp": lambda e, t: (e, {"temperature": t}), "temp_ext": lambda e, t, d, x: (e, {"temperature": t, "dynatempRange": d, "dynatempExponent": x}),
            "top_k": lambda e, k: (e, {"topK": k}), "top_p": lambda e, p: (e, {"topP": p}), "min_p": lambda e, p: (e, {"minP": p}), "typical": lambda e, p: (e, {"typicalP": p}),
            "xtc": lambda e, p, t: (e, {"xtcProbability": p, "xtcThreshold": t}), "top_n_sigma": lambda e, n: (e, {"topNSigma": n}),
            "penalties": lambda h, e, r, f, s: (e, {"repetitionPenalty": r, "frequencyPenalty": f, "presencePenalty": s, "repetitionWindow": len(h)}),
            "dry": lambda h, e, m, b, a, w, s: (e, {"dryMultiplier": m, "dryBase": b, "dryAllowedLength": a, "dryWindow": w, "drySequenceBreakers": s})}[name]
    expected, settings = make(*rest)
    by_id = name in ("temp", "temp_ext", "penalties", "dry", "top_n_sigma")
    more = {"history": {"prompt": rest[0], "output": []}} if name in ("penalties", "dry") else {}
    if name == "dry":
        more["breakers"] = "token ids"
    if name == "xtc":
        more["note"] = "drawn with probability 0.99 and seed 0: applied"
    add("llama.cpp", {"line": line}, {"probabilities": probabilities}, settings, {"byId": expected} if by_id else descending(expected, name in ("xtc", "typical")), 1e-5, **more)


def queue(line, vocab, order, k, p, m):
    """Token i has logit ln(i), so p is proportional to i and every size has a closed form; token 0 is masked."""
    low, size, steps = 0, vocab, []
    for s in order:
        if s == "k":
            low, size = max(low, vocab - k), min(size, k)
        elif s == "p":
            target = math.ceil(float(p) * (vocab * (vocab - 1) // 2 - low * (low - 1) // 2)) if p < 1 else INF
            if p < 1:
                low, size, total = vocab, 0, 0
                while size == 0 or total < target:
                    low, size = low - 1, size + 1
                    total += low
        else:
            size = min(max(math.ceil((1 - m) * vocab), 1), size)
            low = min(max(math.floor(m * vocab), 1, vocab - size), vocab - 1)
        steps.append({"sampler": {"k": "topK", "p": "topP", "m": "minP"}[s], "kept": vocab - max(low, 1), "lowest": max(low, 1)})
    add("llama.cpp", {"line": line}, {"logits": "ln(id)", "vocab": vocab}, {"topK": k, "topP": p, "minP": m}, {"steps": steps}, 0, order=[s["sampler"] for s in steps])


# exllamav3
class Step:
    def __init__(self, name, *args, **kwargs):
        self.said = [name, *args, *([kwargs] if kwargs else [])]


def exllama(folder):
    text = (pathlib.Path(folder) / "tests/test_sampler.py").read_text()
    start = text.index("custom_test_cases = [")
    names = {n: (lambda *a, _n=n, **k: Step(_n, *a, **k)) for n in set(re.findall(r"SS_\w+", text))}
    scope = {**names, "CustomSampler": lambda steps: steps, "ni": -INF}
    exec(text[start : text.index("\n]\n", start) + 3], scope)  # noqa: S102
    ours = {"SS_PresFreqP": ("presencePenalty", "frequencyPenalty", "sustainRange", "decayRange"), "SS_RepP": ("repetitionPenalty", "sustainRange", "decayRange"), "SS_Temperature": ("temperature",),
            "SS_TopP": ("topP",), "SS_TopK": ("topK",), "SS_MinP": ("minP",), "SS_XTC": ("xtcProbability", "xtcThreshold"), "SS_BanTokens": ("suppressTokens",), "SS_LogitBias": ("logitBias",)}
    for case in scope["custom_test_cases"]:
        settings, order, more = {}, [], {}
        for step in case["sampler"]:
            name, *args = step.said
            keyword = args.pop() if args and isinstance(args[-1], dict) and name == "SS_XTC" else {}
            args = [{str(k): v for k, v in a.items()} if isinstance(a, dict) else a for a in args]
            settings |= dict(zip(ours.get(name, ()), args))
            order.append(name)
            if keyword:
                more["protectedTokens"] = keyword["protected_token_ids"]
        logits = case["input"][0]
        large = len(logits) > 1000
        expected = {}
        for key, to in (("expect_logits", "logits"), ("expect_probs", "weights"), ("expect_indices", "order")):
            if key in case:
                values = case[key][0]
                if to == "logits" and not large:
                    to = "row"
                expected[to] = [[i, v] for i, v in enumerate(values) if v != logits[i]] if large else values
        if "order" in expected:
            expected["note"] = "row and weights are in this order of ids"
        if large:
            expected["note"] = "the logits that change"
        line = text[: text.index(f'"name": "{case["name"]}"')].count("\n") + 1
        add("exllamav3", {"line": line}, {"constant": logits[0], "vocab": len(logits)} if large else {"logits": logits}, settings, expected, 1e-5 if "weights" in expected else 1.3e-6,
            name=case["name"], steps=order, **more, **({"history": {"prompt": case["input_seq"][0], "output": []}} if "input_seq" in case else {}))


# transformers: rows of its test file, one a line. `byId` are unnormalised: what stays of the given probabilities.
def transformers():
    at = lambda test: {"test": test}  # noqa: E731
    for test, settings, rows in [
            ("test_top_p_dist_warper", {"topP": 0.8}, [([0.3, 0.1, 0.1, 0.5], [0.3, 0, 0, 0.5]), ([0.15, 0.3, 0.3, 0.25], [0, 0.3, 0.3, 0.25])]),
            ("test_top_h_dist_warper", {"topH": 0.3}, [([0.97, 0.01, 0.01, 0.01], [0.97, 0, 0, 0])]), ("test_top_h_dist_warper", {"topH": 0.7}, [([0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0, 0])]),
            ("test_top_h_dist_warper", {"topH": 1.0}, [([0.25] * 4, [0.25] * 4)]), ("test_top_h_dist_warper", {"topH": 0.4}, [([0.75, 0.25, 0, 0], [0.75, 0, 0, 0])]),
            ("test_min_p_dist_warper", {"minP": 0.05}, [([0.9, 0.0274, 0.047, 0.0274], [0.9, 0, 0.047, 0]), ([0.15, 0.3, 0.3, 0.25], [0.15, 0.3, 0.3, 0.25]), ([0.97, 0.01, 0.01, 0.01], [0.97, 0, 0, 0])]),
            ("test_typical_dist_warper", {"typicalP": 0.5}, [([0.97, 0.01, 0.01, 0.01], [0.97, 0, 0, 0]), ([0.4, 0.2, 0.2, 0.2], [0, 0.2, 0.2, 0.2])]),
            ("test_epsilon_dist_warper", {"epsilonCutoff": 0.1}, [([0.87, 0.099, 0.001, 0.03], [0.87, 0, 0, 0]), ([0.4, 0.299, 0.101, 0.2], [0.4, 0.299, 0.101, 0.2])]),
            ("test_eta_dist_warper", {"etaCutoff": 0.0625}, [([0, 0.1, 0.8, 0.1], [0, 0.1, 0.8, 0.1]), ([0.01, 0.04, 0.9, 0.05], [0, 0, 0.9, 0])])]:
        for given, left in rows:
            add("transformers", at(test), {"probabilities": given}, settings, {"unnormalisedById": left}, 1e-3)
    ramp = [float(i) for i in range(10)]
    add("transformers", at("test_top_k_dist_warper"), {"logits": ramp}, {"topK": 3}, {"keptIds": [7, 8, 9]}, 0)
    add("transformers", at("test_top_k_dist_warper"), {"logits": [v + 10 if i < 5 else v for i, v in enumerate(ramp)]}, {"topK": 3}, {"keptIds": [2, 3, 4]}, 0)
    for test, settings, kept in [("test_top_p_dist_warper", {"topP": 0.9}, (3, 2)), ("test_min_p_dist_warper", {"minP": 0.9}, (2, 2)), ("test_typical_dist_warper", {"typicalP": 0.7}, (2, 2)),
                                 ("test_epsilon_dist_warper", {"epsilonCutoff": 0.05}, (3, 2)), ("test_eta_dist_warper", {"etaCutoff": 0.1}, (2, 2))]:
        for factor, count in zip((1, 100), kept):
            add("transformers", at(test), {"logits": [(v - 5) * factor for v in ramp]}, settings, {"kept": count}, 0, minKeep=2, note="the test counts entries other than 0 with filter_value 0")
    for test, penalty, history, before, after in [
            ("test_repetition_penalty_dist_process", {"repetitionPenalty": 2.0}, [0, 1], {0: -0.1}, {0: -0.2, 1: 0.05}), ("test_repetition_penalty_dist_process", {"repetitionPenalty": 2.0}, [5, 0], {5: 0.4}, {0: 0.05, 5: 0.2}),
            ("test_encoder_repetition_penalty_dist_process", {"encoderRepetitionPenalty": 2.0}, [0, 1], {0: -0.1}, {0: -0.05, 1: 0.2}),
            ("test_encoder_repetition_penalty_dist_process", {"encoderRepetitionPenalty": 2.0}, [5, 0], {5: 0.4}, {0: 0.2, 5: 0.8})]:
        add("transformers", at(test), {"logits": [before.get(i, 0.1) for i in range(10)]}, penalty, {"logits": [[i, v] for i, v in after.items()]}, 1e-7, history={"prompt": history, "output": []})
    for test, history, vocab, size, banned in [("test_no_repeat_ngram_dist_processor", [1, 1, 2, 1], 3, 2, [1, 2]), ("test_no_repeat_ngram_dist_processor", [0, 1, 0, 1], 3, 2, [0]),
                                               ("test_no_repeat_ngram_dist_processor", [1, 1, 2, 1], 3, 3, []), ("test_no_repeat_ngram_dist_processor", [0, 1, 0, 1], 3, 3, [0]),
                                               ("test_no_repeat_ngram_dist_processor_banned_token_reappears", [1, 2, 5, 7, 8, 5, 1, 2], 10, 3, [5]),
                                               ("test_no_repeat_ngram_dist_processor_sequence_shorter_than_ngram", [1, 2], 3, 3, [])]:
        add("transformers", at(test), {"constant": 1 / vocab, "vocab": vocab}, {"noRepeatNgramSize": size}, {"banned": banned}, 0, history={"prompt": history, "output": []})
    for encoder, history, size, banned in [([1, 2, 1, 1], [1, 2, 1], 2, [1, 2]), ([1, 2, 1, 1], [8, 0, 2], 2, [1]), ([1, 2, 1, 1], [1, 2, 1], 3, [1]), ([1, 2, 1, 1], [8, 0, 2], 3, []),
                                           ([0, 0, 2, 1], [0, 0, 0], 2, [0, 2]), ([0, 0, 2, 1], [0, 2, 2], 2, [1]), ([0, 0, 2, 1], [0, 0, 0], 3, [2]), ([0, 0, 2, 1], [0, 2, 2], 3, [])]:
        add("transformers", at("test_encoder_no_repeat_ngram_dist_processor"), {"constant": 1 / 3, "vocab": 3}, {"encoderNoRepeatNgramSize": size}, {"banned": banned}, 0,
            history={"prompt": history, "output": []}, encoder=encoder)
    for history, banned in (([0, 1, 3, 1], [0, 1, 3]), ([0, 1, 0, 1], [0, 1, 2])):
        add("transformers", at("test_no_bad_words_dist_processor"), {"constant": 0.2, "vocab": 5}, {"badWords": [[1], [4], [1, 0], [0, 1, 2], [1, 3, 1, 3]]}, {"banned": banned}, 0,
            history={"prompt": history, "output": []}, eos=[4])
    bias = [[[1], 100.0], [[4], 100.0], [[1, 0], -100.0], [[0, 1, 2], -100.0], [[1, 3, 1, 3], -100.0], [[1, 3, 1, 3, 1, 3], -100.0]]
    for history, logits in (([0, 1, 3, 1], [-100, 100, 0, -100, 100]), ([0, 1, 0, 1], [-100, 100, -100, 0, 100])):
        add("transformers", at("test_bias_dist_processor"), {"constant": 0, "vocab": 5}, {"sequenceBias": bias}, {"logits": [[i, v] for i, v in enumerate(logits) if v]}, 0,
            history={"prompt": history, "output": []})
    add("transformers", at("test_remove_nan_inf_logits_processor"), {"logits": [0.0, 0.7, 0.8, float("nan")]}, {"removeInvalidValues": True}, {"logits": [[3, 0.0]]}, 1e-6)


# mlx-lm
def mlx():
    for line, given, settings, left, order in [
            (23, [0.9, 0, 0, 0.1], {"topP": 0.3}, [1, 0, 0, 0], "topP"), (27, [0.9, 0, 0, 0.1], {"topP": 0.95}, [0.9, 0, 0, 0.1], "topP"), (33, [0, 0.5, 0.4, 0.1], {"topP": 0.4}, [0, 1, 0, 0], "topP"),
            (37, [0, 0.5, 0.4, 0.1], {"topP": 0.6}, [0, 0.5556, 0.4444, 0], "topP"), (43, [0, 0.5, 0.4, 0.1], {"topP": 0.95}, [0, 0.5, 0.4, 0.1], "topP"),
            (53, [0, 0.8, 0.1, 0.1], {"topP": 0.5}, [0, 1, 0, 0], "topP"), (62, [0.9, 0, 0, 0.1], {"minP": 0.8}, [1, 0, 0, 0], "minP"), (68, [0.9, 0, 0, 0.1], {"minP": 0.05}, [0.9, 0, 0, 0.1], "minP"),
            (75, [0, 0.8, 0, 0.1], {"minP": 0.7}, [0, 1, 0, 0], "minP"), (85, [0.9, 0, 0, 0.1], {"topK": 1}, [1, 0, 0, 0], "topK"), (91, [0.6, 0, 0.1, 0.3], {"topK": 2}, [0.6667, 0, 0, 0.3333], "topK"),
            (101, [0, 0.8, 0, 0.1], {"topK": 1}, [0, 1, 0, 0], "topK"), (110, [0.4, 0.3, 0.15, 0.15], {"xtcProbability": 1.0, "xtcThreshold": 0.2}, [0, 0.5, 0.25, 0.25], "xtc"),
            (114, [0.4, 0.3, 0.15, 0.15], {"xtcProbability": 1.0, "xtcThreshold": 0.1}, [0, 0, 0.5, 0.5], "xtc"), (126, [0.4, 0.3, 0.15, 0.15], {"xtcProbability": 0.0, "xtcThreshold": 0.1}, [0.4, 0.3, 0.15, 0.15], "xtc")]:
        add("mlx-lm", {"line": line}, {"probabilities": given}, settings, {"byId": left}, 1e-4, order=[order])
    add("mlx-lm", {"line": 120}, {"probabilities": [0.4, 0.3, 0.15, 0.15]}, {"xtcProbability": 1.0, "xtcThreshold": 0.1}, {"byId": [4 / 7, 0, 1.5 / 7, 1.5 / 7]}, 1e-4, order=["xtc"], protectedTokens=[0])
    tokens = {"prompt": [0, 0, 0, 1, 1], "output": []}
    for test, logits, settings, after in [("test_presence_penalty", [0, 0, 0, 0], {"presencePenalty": 0.5}, [-0.5, -0.5, 0, 0]), ("test_frequency_penalty", [0, 0, 0, 0], {"frequencyPenalty": 0.5}, [-1.5, -1, 0, 0]),
                                          ("test_make_logits_processors", [1, 0.5, 0, -0.5], {"repetitionPenalty": 1.5, "presencePenalty": 0.5, "frequencyPenalty": 0.25}, [-0.5833, -0.6667, 0, -0.5])]:
        add("mlx-lm", {"test": test}, {"logits": logits}, {**settings, "repetitionWindow": 5}, {"logits": [[i, v] for i, v in enumerate(after) if v != logits[i]]}, 1e-4, history=tokens)


def others():
    add("mistral.rs", {"line": 2062}, {"logits": [0, 1, 2]}, {"temperature": 1.0, "topK": 1, "topP": 1.0, "minP": 0.0}, {"byId": [0, 0, 1]}, 1e-6)
    add("mistral.rs", {"line": 2099}, {"logits": [0, math.log(2), math.log(4)]}, {"temperature": 1.0, "topK": 3, "topP": 1.0, "minP": 0.4}, {"byId": [0, 1 / 3, 2 / 3]}, 1e-6)
    for line, logits, token in [(1989, [-2, 4, 4, 1], 1), (1990, [-INF, -3, 2], 2)]:
        add("mistral.rs", {"line": line}, {"logits": logits}, {"temperature": 0.0}, {"picked": token}, 0)
    for line, logits in [(1991, [0, float("nan")]), (1992, [0, INF]), (1993, [-INF, -INF]), (1994, [])]:
        add("mistral.rs", {"line": line}, {"logits": logits}, {"temperature": 0.0}, {"error": True}, 0)
    add("mistral.rs", {"line": 2174}, {"logits": [0, 1, 10]}, {"temperature": 0.0, "logitBias": {"2": -1e9}}, {"picked": 1}, 0)
    add("candle", {"line": 9}, {"logits": [0.1, 0.2, 0.3, 0.4]}, {"temperature": 0.0}, {"picked": 3}, 0)
    add("candle", {"line": 42}, {"logits": [0.1, 0.2, 0.3, 0.4]}, {"topK": 1, "temperature": 1.0}, {"picked": 3}, 0)
    p = [0.026986899, 0.043722924, 0.036774673, 0.27755088, 0.0046718004, 0.08582123, 0.20409796, 0.00412893, 0.15720603, 0.045046154, 0.0030491839, 0.01681367]
    add("ollama", {"test": "TestTemperature"}, {"logits": [1, 4, -2, 0]}, {"temperature": 0.5}, {"logits": [[0, 2], [1, 8], [2, -4]]}, 1e-6)
    add("ollama", {"test": "TestSoftmax"}, {"logits": [1, -2, 3, 0]}, {}, {"byId": [0.113550, 0.005653, 0.839024, 0.041773]}, 1e-6)
    add("ollama", {"test": "TestTopK"}, {"logits": p}, {"topK": 5}, {"keptIds": [3, 5, 6, 8, 9]}, 0)
    for k in (20, 0, -1):
        add("ollama", {"test": "TestTopK"}, {"logits": p}, {"topK": k}, {"kept": 12}, 0)
    for logits, settings, kept in [([-3, -2, -1, 0, 1, 2, 4], {"topP": 1.0}, 7), ([-1e6, -1e6, -1e7], {"topP": 0.0}, 1), ([-2, 0, -1, -3, 2, 1, 4, 3], {"minP": 1.0}, 1), ([-2, 0, -1, -3, 2, 1, 4, 3], {"minP": 0.0}, 8)]:
        add("ollama", {"test": "TestTopP" if "topP" in settings else "TestMinP"}, {"logits": logits}, settings, {"kept": kept}, 0)


llama(sys.argv[1])
exllama(sys.argv[2])
transformers()
mlx()
others()
head = json.dumps({"sources": SOURCES, "command": "python test/golden/sampling/literal.py LLAMA_CPP_FOLDER EXLLAMAV3_FOLDER",
                   "counts": {e: sum(c["engine"] == e for c in cases) for e in SOURCES}}, indent=1)[:-2]
(here / "literal.json").write_text(head + ',\n "literals": [\n' + ",\n".join(json.dumps(c, separators=(",", ":"), allow_nan=False) for c in cases) + "\n]}\n")
print(f"literal.json: {len(cases)}")
