import type { Sequence } from "./cachedModel.js";

export interface LlamaWeights {
  layers: number;
  heads: number;
  dim: number;
  /** In the root of RMSNorm. */
  eps: number;
  /** Of the rotary positions. */
  base: number;
  /** Row-major, outputs × inputs, by the names that GGUF gives them. The embedding is the output matrix too. */
  tensors: ReadonlyMap<string, Float32Array>;
}

/**
 * A sequence of a Llama whose heads each have keys of their own, in plain TypeScript with f64 sums: for a model of a few million weights. The key-value
 * cache is two rows a layer and token.
 *
 * Source: Touvron et al. 2023, "LLaMA", section 2.2; Su et al. 2021, "RoFormer", equation 34.
 */
export function openLlama(model: LlamaWeights): Sequence {
  const { layers, dim, eps, tensors } = model;
  const keys: Float64Array[][] = Array.from({ length: layers }, () => []);
  const values: Float64Array[][] = Array.from({ length: layers }, () => []);
  const embedding = tensors.get("token_embd.weight")!;
  const matrix = (name: string): Float32Array => tensors.get(`${name}.weight`)!;

  /** The last hidden state of one more token. */
  const add = (id: number): Float64Array => {
    let x: Float64Array = Float64Array.from(embedding.subarray(id * dim, (id + 1) * dim));
    for (let layer = 0; layer < layers; layer++) {
      const part = (name: string): Float32Array => matrix(`blk.${layer}.${name}`);
      const position = keys[layer]!.length;
      const seen = norm(x, part("attn_norm"), eps);
      const query = rotate(times(part("attn_q"), seen), position, model);
      keys[layer]!.push(rotate(times(part("attn_k"), seen), position, model));
      values[layer]!.push(times(part("attn_v"), seen));
      x = sum(x, times(part("attn_output"), attend(query, keys[layer]!, values[layer]!, model)));
      const h = norm(x, part("ffn_norm"), eps);
      const up = times(part("ffn_up"), h);
      const gated = times(part("ffn_gate"), h).map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
      x = sum(x, times(part("ffn_down"), gated));
    }
    return x;
  };

  return {
    async keep(count) {
      for (const rows of [...keys, ...values]) rows.length = Math.min(rows.length, count);
      return keys[0]!.length;
    },
    async evaluate(ids) {
      let last: Float64Array = new Float64Array(dim);
      for (const id of ids) last = add(id);
      return Float32Array.from(times(embedding, norm(last, matrix("output_norm"), eps)));
    },
    async close() {
      for (const rows of [...keys, ...values]) rows.length = 0;
    },
  };
}

function times(matrix: Float32Array, x: Float64Array): Float64Array {
  const out = new Float64Array(matrix.length / x.length);
  for (let row = 0, at = 0; row < out.length; row++) {
    let total = 0;
    for (let i = 0; i < x.length; i++) total += matrix[at++]! * x[i]!;
    out[row] = total;
  }
  return out;
}

const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + b[i]!);

function norm(x: Float64Array, gain: Float32Array, eps: number): Float64Array {
  const root = Math.sqrt(x.reduce((total, value) => total + value * value, 0) / x.length + eps);
  return x.map((value, i) => (value / root) * gain[i]!);
}

/** Turns each pair of numbers of a head by an angle that grows with the position, slower from pair to pair. */
function rotate(x: Float64Array, position: number, { dim, heads, base }: LlamaWeights): Float64Array {
  const size = dim / heads;
  for (let i = 0; i < dim; i += 2) {
    const angle = position * base ** -((i % size) / size);
    const [a, b] = [x[i]!, x[i + 1]!];
    x[i] = a * Math.cos(angle) - b * Math.sin(angle);
    x[i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
  }
  return x;
}

function attend(
  query: Float64Array,
  keys: readonly Float64Array[],
  values: readonly Float64Array[],
  { dim, heads }: LlamaWeights,
): Float64Array {
  const size = dim / heads;
  const out = new Float64Array(dim);
  for (let from = 0; from < dim; from += size) {
    const scores = keys.map((key) => {
      let dot = 0;
      for (let i = from; i < from + size; i++) dot += query[i]! * key[i]!;
      return dot / Math.sqrt(size);
    });
    const peak = scores.reduce((most, score) => Math.max(most, score), -Infinity);
    const masses = scores.map((score) => Math.exp(score - peak));
    const total = masses.reduce((a, b) => a + b, 0);
    values.forEach((value, t) => {
      for (let i = from; i < from + size; i++) out[i]! += (masses[t]! / total) * value[i]!;
    });
  }
  return out;
}
