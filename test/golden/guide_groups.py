"""Diverse beam search and layer contrast of transformers, before both left the library. Versions: torch 2.15, transformers 4.49.0. Writes guide_groups.json beside this file:  python guide_groups.py

No end token: with one, 4.49 stops groups by the best candidate, ended or not; 5.x by the best that goes on."""
import json, pathlib
import torch
from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.generation.utils import _dola_select_contrast
from transformers.modeling_outputs import CausalLMOutput

torch.manual_seed(12)
out = {}
V = 9
table = torch.randn(V, V, V) * 2

class TableModel(PreTrainedModel, GenerationMixin):
    config_class = PretrainedConfig
    main_input_name = "input_ids"
    def __init__(self, config):
        super().__init__(config)
        self.anchor = torch.nn.Parameter(torch.zeros(1))
    def forward(self, input_ids=None, **_):
        before = torch.cat([torch.zeros_like(input_ids[:, :1]), input_ids[:, :-1]], 1)
        return CausalLMOutput(logits=table[before, input_ids])
    def prepare_inputs_for_generation(self, input_ids, **_):
        return {"input_ids": input_ids}

model = TableModel(PretrainedConfig(vocab_size=V, is_encoder_decoder=False))
cases = []
for beams, groups in ((2, 2), (4, 2), (6, 3), (4, 4)):
    for diversity in (0.3, 1.0, 5.0):
        for alpha in (0.0, 1.0):
            for start in ([1, 4], [6]):
                result = model.generate(
                    torch.tensor([start]), num_beams=beams, num_beam_groups=groups, diversity_penalty=diversity, num_return_sequences=beams, max_new_tokens=5,
                    do_sample=False, length_penalty=alpha, eos_token_id=None, pad_token_id=99, return_dict_in_generate=True, output_scores=True, use_cache=False)
                cases.append({"beams": beams, "groups": groups, "diversity": diversity, "lengthPenalty": alpha, "prompt": start,
                              "texts": [row[len(start):].tolist() for row in result.sequences], "scores": result.sequences_scores.tolist()})
out["beam"] = {"vocabulary": V, "maxTokens": 5, "table": [round(x, 6) for x in table.flatten().tolist()], "cases": cases}

out["dola"] = []
for scale in (1.0, 2.0, 4.0, 3.0, 2.5, 5.0):
    last = torch.randn(1, 8, dtype=torch.float64) * scale
    layers = {layer: torch.randn(1, 8, dtype=torch.float64) * scale for layer in range(4)}
    one = _dola_select_contrast([2], layers, last.clone())
    chosen = _dola_select_contrast([0, 1, 2, 3], layers, last.clone())
    index = next(i for i in layers if torch.equal(_dola_select_contrast([i], layers, last.clone()), chosen))
    out["dola"].append({"last": last[0].tolist(), "layers": [layer[0].tolist() for layer in layers.values()], "contrastWith2": one[0].tolist(), "reversed": index})
text = json.dumps(out).replace("-Infinity", "null")
pathlib.Path(__file__).with_suffix(".json").write_text(text)
