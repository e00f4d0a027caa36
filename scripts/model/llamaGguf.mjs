// What a GGUF of our Llama says about itself, and its tensors.

const NORMAL = 1;
const CONTROL = 3;

export function llamaMetadata(shape, { tokens, merges }) {
  const end = tokens.length - 1;
  return [
    ["general.architecture", "string", "llama"],
    ["general.name", "string", "logits built-in"],
    ["general.license", "string", "apache-2.0"],
    ["general.file_type", "u32", 1],
    ["llama.vocab_size", "u32", tokens.length],
    ["llama.context_length", "u32", shape.context],
    ["llama.embedding_length", "u32", shape.dim],
    ["llama.block_count", "u32", shape.layers],
    ["llama.feed_forward_length", "u32", shape.hidden],
    ["llama.attention.head_count", "u32", shape.heads],
    ["llama.attention.head_count_kv", "u32", shape.heads],
    ["llama.attention.layer_norm_rms_epsilon", "f32", shape.eps],
    ["llama.rope.dimension_count", "u32", shape.dim / shape.heads],
    ["llama.rope.freq_base", "f32", shape.base],
    ["tokenizer.ggml.model", "string", "gpt2"],
    ["tokenizer.ggml.pre", "string", "gpt-2"],
    ["tokenizer.ggml.tokens", "array", "string", tokens],
    ["tokenizer.ggml.token_type", "array", "i32", tokens.map((_, id) => (id === end ? CONTROL : NORMAL))],
    ["tokenizer.ggml.merges", "array", "string", merges],
    ["tokenizer.ggml.bos_token_id", "u32", end],
    ["tokenizer.ggml.eos_token_id", "u32", end],
    ["tokenizer.ggml.add_bos_token", "bool", true],
  ];
}

/** Matrices as f16 or f32; gains are always f32. No output matrix: llama.cpp takes the embedding. */
export function llamaTensors(weights, { vocab, dim, hidden }, type) {
  const shapeOf = (name) => {
    if (name === "token_embd.weight") return [vocab, dim];
    if (name.includes("norm")) return [dim];
    if (name.includes("ffn_down")) return [dim, hidden];
    return name.includes("ffn") ? [hidden, dim] : [dim, dim];
  };
  return Object.entries(weights).map(([name, values]) => {
    const shape = shapeOf(name);
    return { name, shape, type: shape.length === 1 ? "f32" : type, values };
  });
}
