// The same vocabulary as Hugging Face's tokenizers read it.

export function tokenizerJson({ tokens, merges }) {
  const end = tokens.length - 1;
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: end,
        content: tokens[end],
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: tokens[end], type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { [tokens[end]]: { id: tokens[end], ids: [end], tokens: [tokens[end]] } },
    },
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

/** config.json of a Llama, as transformers and transformers.js read it. */
export function llamaConfig({ dim, layers, heads, hidden, eps, base, context, vocab }) {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: vocab,
    hidden_size: dim,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: heads,
    head_dim: dim / heads,
    intermediate_size: hidden,
    hidden_act: "silu",
    rms_norm_eps: eps,
    rope_theta: base,
    max_position_embeddings: context,
    tie_word_embeddings: true,
    bos_token_id: vocab - 1,
    eos_token_id: vocab - 1,
  };
}

export function tokenizerConfig({ tokens }) {
  const end = tokens.at(-1);
  return {
    tokenizer_class: "PreTrainedTokenizer",
    bos_token: end,
    eos_token: end,
    clean_up_tokenization_spaces: false,
  };
}
