"""What llama.cpp's infill sampler leaves of a few candidates of the built-in model's vocabulary, as top-k or top-p would hand them over; through the C API
of llama-cpp-python.

Run:  python test/golden/sampling/from_llama_cpp_infill.py      (writes llama.cpp-infill.json)
With: llama-cpp-python 0.3.36, numpy 2.4.6

A case has `ids` and `logits`, all candidates there are. Words of one family begin with one another, so that they merge; the end of text is at very
different scores."""

import ctypes
import pathlib

import llama_cpp
import numpy as np
from llama_cpp import llama_cpp as C

from vectors import Recorder, kept_of, softmax

silent = C.llama_log_callback(lambda level, text, data: None)
C.llama_log_set(silent, None)
root = pathlib.Path(__file__).resolve().parents[3]
model = llama_cpp.Llama(str(root / "data/model/model.gguf"), vocab_only=True, verbose=False)
vocabulary = C.llama_model_get_vocab(model._model.model)
END = C.llama_vocab_eot(vocabulary)
record = Recorder(engine="llama.cpp", package="llama-cpp-python", version=llama_cpp.__version__,
                  command="python test/golden/sampling/from_llama_cpp_infill.py", versions={"numpy": np.__version__}, arithmetic="f32", tolerance=5e-6,
                  vocabulary="data/model/model.gguf", eog=[t for t in range(C.llama_vocab_n_tokens(vocabulary)) if C.llama_vocab_is_eog(vocabulary, t)],
                  eot=END, note="Probabilities: softmax in f64 of the f32 logits left.",
                  defaults=[{"sampler": "infill", "params": {}, "default": False, "note": "not in the default chain"}])


def token(text):
    ids = model.tokenize(text.encode(), add_bos=False, special=False)
    assert len(ids) == 1, text
    return ids[0]


def apply(ids, logits):
    n = len(ids)
    data = (C.llama_token_data * n)()
    view = np.frombuffer(data, dtype=[("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])
    view["id"], view["logit"] = ids, logits
    array = C.llama_token_data_array(data=ctypes.cast(data, ctypes.POINTER(C.llama_token_data)), size=n, selected=-1, sorted=False)
    sampler = C.llama_sampler_init_infill(vocabulary)
    C.llama_sampler_apply(sampler, ctypes.byref(array))
    C.llama_sampler_free(sampler)
    left = np.frombuffer((ctypes.c_char * (12 * array.size)).from_address(ctypes.addressof(array.data.contents)), dtype=view.dtype).copy()
    return left[left["logit"] > -np.inf]


def case(name, words, logits, end=None, **more):
    ids = [token(word) for word in words] + ([END] if end is not None else [])
    logits = [float(np.float32(x)) for x in [*logits, *([end] if end is not None else [])]]
    left = apply(ids, logits)
    record.add(name, {"ids": ids, "logits": logits}, {"infill": True}, {"call": "llama_sampler_init_infill"},
               kept_of(left["id"], softmax(left["logit"]), 16), order=["infill"], words=words, **more)


case("the end alone, for three of its probability and count exceed the text's", [" the", " a"], [1, 0], 0)
case("text alone, for the end is improbable; it stays", [" the", " a"], [1, 0.5], -6)
case("no end among the candidates", [" the", " a", " cat"], [1, 0.9, -3])
case("a prefix and what it begins merge into the likelier: the longer", [" the", " then", " a"], [1, 2, 1.5], -9)
case("a prefix and what it begins merge into the likelier: the prefix", [" the", " then", " a"], [2, 1, 1.5], -9)
case("of equal probabilities the first in rank takes the other", [" the", " then", " a"], [1, 1, 0.5], -9)
case("a chain of prefixes", [" t", " th", " the", " there", " therefore", " a"], [0, 0.1, 0.2, 0.3, 0.4, 0.5], -9)
case("a chain of prefixes, falling", [" t", " th", " the", " there", " therefore", " a"], [0.5, 0.4, 0.3, 0.2, 0.1, 0.45], -9)
case("a prefix that was merged takes no more", [" th", " the", " then", " they"], [0.3, 2, 1.9, 0.2], -9)
case("nothing reaches a fifth, so the end", [" the", " a", " cat", " dog", " house", " sun"], [0, 0, 0, 0, 0, 0], -9)
case("nothing reaches a fifth, and no end among the candidates", [" the", " a", " cat", " dog", " house", " sun"], [0, 0, 0, 0, 0, 0])
case("merged probability counts for the thresholds, not for what is drawn", [" the", " then", " there", " cat"], [1, 0.9, 0.8, 1.3], -9)
case("one over the number of texts left and one: four that reach a fifth, none dropped", [" the", " a", " cat", " dog"], [0.02, 0.01, 0, 0], -12)
case("the second threshold drops the smallest of three", [" the", " a", " cat"], [1.2, 1, 0.4], -12)
case("one candidate", [" the"], [0])
case("the end as the only candidate", [], [], 0)
WORDS = [" t", " th", " the", " then", " there", " they", " a", " an", " and", " any", "\n", " ", " in", " into", " inter", "x", " cat", " ca", "the", "there", ".", "..", "..."]
draw = np.random.default_rng(20)
for number in range(120):
    count = int(draw.integers(2, 13))
    words = [WORDS[i] for i in draw.permutation(len(WORDS))[:count]]
    logits = np.round(draw.normal(0, 1.4, count) * 64) / 64
    end = None if number % 6 == 0 else float(np.round(draw.uniform(-9, 0.5) * 64) / 64)
    case(f"{count} words, number {number}", words, logits, end)
record.write("llama.cpp-infill.json")
