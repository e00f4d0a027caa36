"""Guidance, watermark, beam search and tails of other libraries. Versions: torch 2.15, transformers 5.18.0, scipy 1.17.1, mpmath 1.3. Writes guide.json beside this file:  python guide.py"""
import json, pathlib
import mpmath
import torch
from scipy import stats
from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.generation.logits_process import (
    ClassifierFreeGuidanceLogitsProcessor,
    DiaClassifierFreeGuidanceLogitsProcessor,
    SynthIDTextWatermarkLogitsProcessor,
)
from transformers.modeling_outputs import CausalLMOutput

torch.manual_seed(11)
out = {}

# Guidance, in f64.
c, u = torch.randn(2, 12, dtype=torch.float64) * 3
ids = torch.zeros(1, 1, dtype=torch.long)
both = torch.stack([c, u])
lc, lu = torch.log_softmax(c, -1), torch.log_softmax(u, -1)
out["guidance"] = {
    "row": c.tolist(), "other": u.tolist(),
    "logits": ClassifierFreeGuidanceLogitsProcessor(1.5)(ids, both)[0].tolist(),
    "conditional": DiaClassifierFreeGuidanceLogitsProcessor(3.0)(ids, both)[0].tolist(),
    "logprobs": (1.5 * (lc - lu) + lu).tolist(),
}

# SynthID: scores after each of 12 steps, some contexts repeated, and g values.
keys = [654, 400, 836, 123, 340, 443, 597, 160, 57, 29, 590, 639, 13, 715, 468, 990, 966, 226, 324, 585, 118, 504, 421, 521, 129, 669, 732, 225, 90, 960]
processor = SynthIDTextWatermarkLogitsProcessor(ngram_len=3, keys=keys, sampling_table_size=2**16, sampling_table_seed=0, context_history_size=1024, device="cpu")
prompt = [7, 3]
history = list(prompt)
drawn = [5, 1, 4, 5, 1, 9, 5, 1, 4, 2, 2, 2]
steps = []
for token in drawn:
    row = torch.randn(1, 10, dtype=torch.float64) * 2
    after = processor(torch.tensor([history]), row)
    steps.append({"row": row[0].tolist(), "after": after[0].tolist()})
    history.append(token)
g = processor.compute_g_values(torch.tensor([drawn]))
repeats = processor.compute_context_repetition_mask(torch.tensor([drawn]))
out["synthId"] = {
    "keys": keys, "ngram": 3, "prompt": prompt, "drawn": drawn, "steps": steps, "g": g[0].tolist(), "counts": repeats[0].tolist(),
    "table": {str(seed): {"first": torch.randint(0, 2, (64,), generator=torch.Generator().manual_seed(seed)).tolist(),
                          "sum": int(torch.randint(0, 2, (2**16,), generator=torch.Generator().manual_seed(seed)).sum())} for seed in (0, 1, 123456789)},
}

# Beam search over a model whose scores depend on the last two tokens.
V = 9
table = torch.randn(V, V, V) * 2

class TableModel(PreTrainedModel, GenerationMixin):
    config_class = PretrainedConfig
    main_input_name = "input_ids"
    def __init__(self, config):
        super().__init__(config)
        self.anchor = torch.nn.Parameter(torch.zeros(1))
        self.post_init()
    def forward(self, input_ids=None, **_):
        before = torch.cat([torch.zeros_like(input_ids[:, :1]), input_ids[:, :-1]], 1)
        return CausalLMOutput(logits=table[before, input_ids])
    def prepare_inputs_for_generation(self, input_ids, **_):
        return {"input_ids": input_ids}

config = PretrainedConfig(vocab_size=V, num_hidden_layers=1, num_attention_heads=1, hidden_size=1, is_encoder_decoder=False)
model = TableModel(config)
cases = []
for beams in (1, 2, 3, 5):
    for alpha in (0.0, 1.0, 2.0, -0.5):
        for early in (True, False, "never"):
            for eos in ([8], [8, 2], []):
                if beams == 1: continue
                for start in ([1, 4], [6]):
                    result = model.generate(
                        torch.tensor([start]), num_beams=beams, num_return_sequences=beams, max_new_tokens=6, min_new_tokens=0, do_sample=False, length_penalty=alpha,
                        early_stopping=early, eos_token_id=eos or None, pad_token_id=99, return_dict_in_generate=True, output_scores=True, use_cache=False)
                    texts = [[t for t in row[len(start):].tolist() if t != 99] for row in result.sequences]
                    cases.append({"beams": beams, "lengthPenalty": alpha, "earlyStopping": early, "eos": eos, "prompt": start, "texts": texts, "scores": result.sequences_scores.tolist()})
out["beam"] = {"vocabulary": V, "maxTokens": 6, "table": [round(x, 6) for x in table.flatten().tolist()], "cases": cases}

mpmath.mp.dps = 60
out["normalTail"] = [[z, stats.norm.sf(z)] for z in (-9.0, -1.0, 0.0, 0.5, 1.0, 1.959963984540054, 1.9999, 2.0, 2.5, 4.0, 8.0, 20.0, 37.0)]
out["binomialTail"] = [[k, n, p, float(sum(mpmath.binomial(n, i) * mpmath.mpf(p) ** i * mpmath.mpf(1 - p) ** (n - i) for i in range(k, n + 1)))] for k, n, p in
    ((0, 5, .25), (5, 5, .25), (3, 10, .25), (1, 10, .25), (60, 200, .25), (30, 200, .25), (120, 200, .25), (200, 200, .5), (520, 1000, .5), (2000, 5000, .25))]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out))
