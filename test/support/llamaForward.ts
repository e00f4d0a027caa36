import { readFileSync } from "node:fs";
import { bytesOf } from "../../src/formats/index.js";
import { type GgufFile, readGgufFile } from "../../src/models/ggufFile.js";

/** The tensors of a GGUF of F32 and F16, and a Llama's forward pass over them in f64, written from the papers: one token after another, no cache. */
export interface Llama {
  file: GgufFile;
  weights: Record<string, Float32Array>;
  shape: {
    vocab: number;
    dim: number;
    layers: number;
    heads: number;
    hidden: number;
    eps: number;
    base: number;
    context: number;
  };
}

export async function readLlama(path: string): Promise<Llama> {
  const bytes = readFileSync(path);
  const file = await readGgufFile(bytesOf(bytes, path));
  const number = (key: string): number => Number(file.metadata.get(`llama.${key}`));
  const weights: Record<string, Float32Array> = {};
  for (const { name, shape, type, start } of file.tensors) {
    const count = shape.reduce((a, b) => a * b, 1);
    const view = new DataView(bytes.buffer, bytes.byteOffset + start);
    if (type !== "F16" && type !== "F32") throw new Error(`${name} is ${type}`);
    weights[name] = Float32Array.from({ length: count }, (_, i) =>
      type === "F32" ? view.getFloat32(4 * i, true) : half(view.getUint16(2 * i, true)),
    );
  }
  return {
    file,
    weights,
    shape: {
      vocab: file.tensors.find(({ name }) => name === "token_embd.weight")!.shape[0]!,
      dim: number("embedding_length"),
      layers: number("block_count"),
      heads: number("attention.head_count"),
      hidden: number("feed_forward_length"),
      eps: number("attention.layer_norm_rms_epsilon"),
      base: number("rope.freq_base"),
      context: number("context_length"),
    },
  };
}

const half = (bits: number): number => {
  const exponent = (bits >> 10) & 31;
  const magnitude = exponent ? (1 + (bits & 1023) / 1024) * 2 ** (exponent - 15) : (bits & 1023) * 2 ** -24;
  return bits & 0x8000 ? -magnitude : magnitude;
};

/** Logits after the last of these tokens. */
export function forward({ weights, shape }: Llama, ids: readonly number[]): Float64Array {
  const { vocab, dim, layers, heads, eps, base } = shape;
  const size = dim / heads;
  const embedding = weights["token_embd.weight"]!;
  const times = (name: string, x: ArrayLike<number>): Float64Array => {
    const matrix = weights[`${name}.weight`]!;
    return Float64Array.from({ length: matrix.length / x.length }, (_, row) => {
      let sum = 0;
      for (let c = 0; c < x.length; c++) sum += matrix[row * x.length + c]! * x[c]!;
      return sum;
    });
  };
  const norm = (name: string, x: Float64Array): Float64Array => {
    const root = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + eps);
    return x.map((value, i) => (value / root) * weights[`${name}.weight`]![i]!);
  };
  const rotate = (x: Float64Array, position: number): Float64Array => {
    const turned = Float64Array.from(x);
    for (let i = 0; i < dim; i += 2) {
      const angle = position * base ** -((i % size) / size);
      turned[i] = x[i]! * Math.cos(angle) - x[i + 1]! * Math.sin(angle);
      turned[i + 1] = x[i]! * Math.sin(angle) + x[i + 1]! * Math.cos(angle);
    }
    return turned;
  };

  let rows = ids.map((id) => Float64Array.from(embedding.subarray(id * dim, (id + 1) * dim)));
  for (let layer = 0; layer < layers; layer++) {
    const part = (name: string): string => `blk.${layer}.${name}`;
    const normed = rows.map((x) => norm(part("attn_norm"), x));
    const q = normed.map((x, t) => rotate(times(part("attn_q"), x), t));
    const k = normed.map((x, t) => rotate(times(part("attn_k"), x), t));
    const v = normed.map((x) => times(part("attn_v"), x));
    rows = rows.map((x, t) => {
      const seen = new Float64Array(dim);
      for (let head = 0; head < heads; head++) {
        const dot = (other: Float64Array): number => {
          let sum = 0;
          for (let i = head * size; i < (head + 1) * size; i++) sum += q[t]![i]! * other[i]!;
          return sum / Math.sqrt(size);
        };
        const scores = k.slice(0, t + 1).map(dot);
        const max = Math.max(...scores);
        const masses = scores.map((score) => Math.exp(score - max));
        const total = masses.reduce((a, b) => a + b, 0);
        for (const [s, mass] of masses.entries())
          for (let i = head * size; i < (head + 1) * size; i++) seen[i]! += (mass / total) * v[s]![i]!;
      }
      const mixed = times(part("attn_output"), seen);
      const y = x.map((value, i) => value + mixed[i]!);
      const h = norm(part("ffn_norm"), y);
      const up = times(part("ffn_up"), h);
      const gated = times(part("ffn_gate"), h).map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
      const down = times(part("ffn_down"), gated);
      return y.map((value, i) => value + down[i]!);
    });
  }
  const last = norm("output_norm", rows.at(-1)!);
  return Float64Array.from({ length: vocab }, (_, id) => {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += embedding[id * dim + i]! * last[i]!;
    return sum;
  });
}
