"""Beam search and greedy decoding of Hugging Face transformers over a model whose next logits depend on the last token alone.

Run:  python test/golden/sampling/from_transformers_beam.py      (writes transformers-beam.json)
With: transformers 5.24.0, torch 2.15.0 (CPU), numpy 2.4.6

The model: after token t come the logits of the row {row: "typical", vocab: 12, seed: t + 1}. `eos` ends the text. `sequences` are the new tokens, best first,
with what follows an end cut off; `scores` are transformers' `sequences_scores`: sum of log-probabilities over (number of new tokens) ^ lengthPenalty."""

import warnings

import numpy as np
import torch
import transformers
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

from inputs import sampling_input
from vectors import Recorder, number

warnings.simplefilter("ignore")
transformers.logging.set_verbosity_error()
VOCAB = 12


class TableConfig(PretrainedConfig):
    model_type = "table"


class Table(PreTrainedModel, GenerationMixin):
    config_class = TableConfig

    def __init__(self, config):
        super().__init__(config)
        rows = np.stack([sampling_input("typical", VOCAB, t + 1) for t in range(VOCAB)])
        self.table = torch.nn.Parameter(torch.tensor(rows), requires_grad=False)
        self.post_init()

    def _init_weights(self, module):
        pass

    def forward(self, input_ids, attention_mask=None, **_):
        return CausalLMOutput(logits=self.table[input_ids])


model = Table(TableConfig(vocab_size=VOCAB, bos_token_id=1, num_hidden_layers=1)).eval()
NATIVE = {"beams": "num_beams", "lengthPenalty": "length_penalty", "earlyStopping": "early_stopping", "maxNewTokens": "max_new_tokens", "repetitionPenalty": "repetition_penalty",
          "noRepeatNgramSize": "no_repeat_ngram_size", "minNewTokens": "min_new_tokens", "badWords": "bad_words_ids"}
defaults = [{"sampler": "beams", "params": {"num_beams": 1}, "default": 1}, {"sampler": "lengthPenalty", "params": {"length_penalty": 1.0}, "default": 1.0},
            {"sampler": "earlyStopping", "params": {"early_stopping": False}, "default": False}]
record = Recorder(engine="transformers", package="transformers", version=transformers.__version__, command="python test/golden/sampling/from_transformers_beam.py",
                  versions={"torch": torch.__version__.split("+")[0], "numpy": np.__version__}, arithmetic="f32", tolerance=1e-5,
                  model={"vocab": VOCAB, "next": "row typical of 12, seed = last token + 1"}, defaults=defaults)


def decode(prompt, settings, eos):
    model.generation_config = GenerationConfig(eos_token_id=eos, pad_token_id=eos, bos_token_id=1)
    beams = settings.get("beams", 1)
    kwargs = {NATIVE[k]: v for k, v in settings.items()}
    out = model.generate(torch.tensor([prompt]), do_sample=False, use_cache=False, return_dict_in_generate=True, output_scores=True, num_return_sequences=beams, **kwargs)
    sequences = []
    for ids in out.sequences[:, len(prompt):].tolist():
        sequences.append(ids[: ids.index(eos) + 1] if eos in ids else ids)
    result = {"sequences": sequences}
    if beams > 1:
        result["scores"] = [number(s) for s in out.sequences_scores.tolist()]
    record.add(f"{' '.join(f'{k} {v}' for k, v in settings.items())}, after {prompt}, end {eos}", {"prompt": prompt}, settings, {"generate": {"do_sample": False, **kwargs}}, result, eos=[eos])


for prompt in ([5], [1, 7, 3]):
    for eos in (2, 0, 11):
        decode(prompt, {"maxNewTokens": 8}, eos)
        decode(prompt, {"maxNewTokens": 8, "repetitionPenalty": 1.3}, eos)
        for beams in (2, 3, 5):
            for length_penalty in (0.0, 1.0, 2.0, -1.0):
                for early in (False, True, "never"):
                    if eos != 2 or early is False:
                        decode(prompt, {"beams": beams, "maxNewTokens": 6, "lengthPenalty": length_penalty, "earlyStopping": early}, eos)
        for more in ({"beams": 4, "maxNewTokens": 12}, {"beams": 4, "maxNewTokens": 8, "noRepeatNgramSize": 2}, {"beams": 4, "maxNewTokens": 8, "repetitionPenalty": 1.3},
                     {"beams": 4, "maxNewTokens": 8, "minNewTokens": 5}, {"beams": 3, "maxNewTokens": 8, "badWords": [[4], [6, 7]]}, {"beams": 11, "maxNewTokens": 4}):
            decode(prompt, more, eos)
record.write("transformers-beam.json")
