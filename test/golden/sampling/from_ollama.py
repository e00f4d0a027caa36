"""What ollama's own sampler (its Go `sample` package, used by ollamarunner) leaves of a row.

Run:  python test/golden/sampling/from_ollama.py OLLAMA_FOLDER      (writes ollama.json; needs Go 1.24 or later)
With: github.com/ollama/ollama v0.17.4 (`go mod download -json github.com/ollama/ollama@v0.17.4` prints the folder), numpy 2.4.6

sample/samplers.go and sample/transforms.go are copied as they are into a module of the same name, whose `llama` and `tokenizer` (grammars only) are empty, with a
test beside them that calls topK, temperature, softmax, topP and minP in the order of Sampler.sample. That Sampler then draws 400 tokens for every case: a drawn
token outside the recorded set, or one of 5 % that never comes, stops the generator. All f32."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np

from vectors import SIZES, Recorder, kept_of, label, literal, logits_of, number, row, splits_ties

VERSION = "v0.17.4"
folder = pathlib.Path(sys.argv[1])
GO = """package sample

import ("encoding/binary"; "encoding/json"; "fmt"; "math"; "os"; "testing")

type asked struct { File string; Temperature float32; TopK int; TopP, MinP float32 }
type told struct { Ids []int32; Weights []float32; Drawn []int32 }

func TestGolden(t *testing.T) {
	text, _ := os.ReadFile("cases.json")
	var cases []asked
	if err := json.Unmarshal(text, &cases); err != nil { t.Fatal(err) }
	out := []told{}
	for _, c := range cases {
		bytes, _ := os.ReadFile(c.File)
		logits := make([]float32, len(bytes)/4)
		for i := range logits { logits[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:])) }
		s := NewSampler(c.Temperature, c.TopK, c.TopP, c.MinP, 7, nil)
		tokens := make([]token, len(logits))
		for i := range logits { tokens[i] = token{id: int32(i), value: logits[i]} }
		one := told{}
		if s.temperature == 0 {
			one.Ids, one.Weights = []int32{greedy(tokens).id}, []float32{1}
		} else {
			tokens = topK(tokens, s.topK)
			temperature(tokens, s.temperature)
			softmax(tokens)
			tokens = topP(tokens, s.topP)
			tokens = minP(tokens, s.minP)
			for _, k := range tokens { one.Ids = append(one.Ids, k.id); one.Weights = append(one.Weights, k.value) }
		}
		draws := 400
		if len(logits) > 1000 { draws = 8 }
		for i := 0; i < draws; i++ {
			id, err := s.Sample(logits)
			if err != nil { t.Fatal(err) }
			one.Drawn = append(one.Drawn, id)
		}
		out = append(out, one)
	}
	text, err := json.Marshal(out)
	if err != nil { t.Fatal(err) }
	os.WriteFile("told.json", text, 0o600)
	fmt.Println(len(out))
}
"""
LLAMA = """package llama

type Grammar struct{}
type TokenData struct { ID int32; Logit float32 }

func NewGrammar(string, []uint32, []string, []int32) *Grammar { return nil }
func (*Grammar) Apply([]TokenData) {}
func (*Grammar) Accept(int32) {}
func (*Grammar) Free() {}
"""
TOKENIZER = """package tokenizer

type Vocabulary struct { Values []string; EOS []int32 }
type Tokenizer interface { Vocabulary() *Vocabulary; Decode([]int32) (string, error) }
"""
# api/types.go, DefaultOptions
defaults = [{"sampler": s, "params": {n: d}, "default": d, **({"note": note} if note else {})} for s, n, d, note in [
    ("grammar", "format", None, "tried on the drawn token first; on all tokens only when that is refused"),
    ("repetitionPenalty", "repeat_penalty", 1.1, "ignored by this sampler; llama.cpp's runner applies it with repeat_last_n 64"),
    ("topK", "top_k", 40, "sorts; 0 or less: all"), ("temperature", "temperature", 0.8, "0: argmax; else at least 1e-7"), ("topP", "top_p", 0.9, "on the softmax of the top k"), ("minP", "min_p", 0.0, "")]]
record = Recorder(engine="ollama", package="github.com/ollama/ollama", version=VERSION, command="python test/golden/sampling/from_ollama.py OLLAMA_FOLDER",
                  versions={"go": subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout.split()[2], "numpy": np.__version__}, arithmetic="f32", tolerance=5e-6,
                  note="The Go sampler of ollamarunner. Models on llama.cpp's runner use llama.cpp's; the MLX runner (x/mlxrunner) needs a GPU build: unverified.", defaults=defaults)
BASE = {"temperature": 1.0, "topK": 0, "topP": 1.0, "minP": 0.0}
wanted = []


def want(source, settings, most=16, name=None):
    wanted.append((name or f"{' '.join(f'{k} {v}' for k, v in settings.items())}, {label(source)}", source, settings, most))


ONE = [{"topK": 1}, {"topK": 3}, {"topK": 40}, {"topP": 0.1}, {"topP": 0.5}, {"topP": 0.9}, {"topP": 0.99}, {"minP": 0.02}, {"minP": 0.1}, {"minP": 1.0}, {"temperature": 0.5}, {"temperature": 2.0}, {"temperature": 0.0}]
LARGE = [{"topK": 40}, {"topP": 0.5}, {"topP": 0.9}, {"minP": 0.1}]
CHAINS = [{"temperature": 0.8, "topK": 40, "topP": 0.9, "minP": 0.0}, {"temperature": 0.7, "topK": 40, "topP": 0.9, "minP": 0.05}, {"temperature": 1.2, "topK": 40, "topP": 0.9, "minP": 0.05},
          {"temperature": 2.0, "topK": 0, "topP": 0.9, "minP": 0.02}]
for vocab in SIZES:
    for kind in ("typical", "flat", "ties", "masked", "negative"):
        if vocab > 1000 and kind in ("negative", "flat"):
            continue
        for settings in ONE if vocab == 10 else LARGE:
            want(row(kind, vocab), settings)
        for settings in CHAINS:
            want(row(kind, vocab), settings, 64, f"chain {' '.join(f'{k} {v}' for k, v in settings.items())}, {label(row(kind, vocab))}")
INF = float("-inf")
for logits, settings in [([0, 0, 0, 0], {"topP": 0.25}), ([0, 0, 0, 0], {"topP": 0.5}), ([0, 0, 0, 0], {"topP": 0.75}), ([0, 0, 0, 0], {"topP": 0.0}), ([1, 1, 0, 0, 0, 0, 0, 0], {"topP": 0.5}), ([1, 1, 0, 0, 0, 0, 0, 0], {"topP": 0.3}),
                         ([3, 2, 2, 2, 1], {"topK": 2}), ([3, 2, 2, 2, 1], {"topK": 3}), ([2, 2, 2, 1, 0], {"minP": 1.0}), ([2, 2, 2, 1, 0], {"minP": 0.3}), ([5, INF, 4, INF, 3], {"topK": 4}),
                         ([5, INF, 4, INF, 3], {"topP": 0.99}), ([1, 5, 5, 0], {"temperature": 0.0}), ([7], {"topP": 0.5})]:
    want(literal(logits), settings, 16, f"{' '.join(f'{k} {v}' for k, v in settings.items())} {logits}".replace("inf", "∞"))
for settings in ({"topK": 2, "topP": 0.5}, {"topP": 0.5}, {"topK": 2, "topP": 0.6}):
    want(literal(np.log([0.4, 0.3, 0.2, 0.1]).astype(np.float32)), settings, 16, f"chain, is it renormalised between: {' '.join(f'{k} {v}' for k, v in settings.items())}")

with tempfile.TemporaryDirectory() as temporary:
    module = pathlib.Path(temporary)
    for name, text in (("go.mod", "module github.com/ollama/ollama\n\ngo 1.24\n"), ("llama/llama.go", LLAMA), ("tokenizer/tokenizer.go", TOKENIZER), ("sample/golden_test.go", GO)):
        (module / name).parent.mkdir(exist_ok=True)
        (module / name).write_text(text)
    for name in ("samplers.go", "transforms.go"):
        shutil.copyfile(folder / "sample" / name, module / "sample" / name)
    cases = []
    for _, source, settings, _ in wanted:
        file = f"{abs(hash(json.dumps(source)))}.f32"
        logits_of(source).astype("<f4").tofile(module / "sample" / file)
        s = {**BASE, **settings}
        cases.append({"File": file, "Temperature": s["temperature"], "TopK": s["topK"], "TopP": s["topP"], "MinP": s["minP"]})
    (module / "sample" / "cases.json").write_text(json.dumps(cases))
    subprocess.run(["go", "test", "-count=1", "-run", "TestGolden", "./sample"], cwd=module, check=True)
    told = json.loads((module / "sample" / "told.json").read_text())
for (name, source, settings, most), one in zip(wanted, told):
    ids, weights = np.array(one["Ids"]), np.array(one["Weights"], np.float64)
    drawn = set(one["Drawn"])
    assert drawn <= set(ids.tolist()), name
    p = weights / weights.sum()
    assert len(one["Drawn"]) < 400 or set(ids[p > 0.05].tolist()) <= drawn, name
    left = weights > 0
    record.add(name, source, {**BASE, **settings}, {"NewSampler": {k: number(v) for k, v in {**BASE, **settings}.items()}}, {**kept_of(ids[left], p[left], most), **splits_ties(source, ids[left])})
record.write("ollama.json")
