import { bytesOf, type Bytes } from "../formats/index.js";
import { decodeNumbers, type NumberType } from "../formats/numbers.js";
import { builtInModel } from "./builtIn.js";
import { byteLevelBpe } from "./byteLevelBpe.js";
import { cachedModel, type LocalModel } from "./cachedModel.js";
import { type GgufFile, readGgufFile } from "./ggufFile.js";
import { type LlamaWeights, openLlama } from "./llamaForward.js";
import { readBytes } from "./readFile.js";
import { byteLevelBytes } from "./tokenBytes.js";

/** Control tokens, as GGUF counts types of tokens. */
const CONTROL = 3;

/**
 * The built-in model in plain TypeScript, where no runtime is installed: the weights of its GGUF file, widened to f32; sums in f64. A token takes a few
 * milliseconds. Raw logits.
 *
 * @param contextSize longest context in tokens; default what the model was trained on, 256
 * @example
 * const model = await plainBuiltIn();
 * const logits = await model.next(await model.tokenize("She was", { bos: true }));
 */
export async function plainBuiltIn({ contextSize }: { contextSize?: number } = {}): Promise<LocalModel> {
  const bytes = bytesOf(await readBytes(builtInModel.gguf), builtInModel.gguf);
  const file = await readGgufFile(bytes);
  const weights = await readWeights(file, bytes);
  const tokens = file.metadata.get("tokenizer.ggml.tokens") as string[];
  const types = file.metadata.get("tokenizer.ggml.token_type") as number[];
  const bpe = byteLevelBpe({
    tokens,
    merges: file.metadata.get("tokenizer.ggml.merges") as string[],
    special: tokens.flatMap((_, id) => (types[id] === CONTROL ? [id] : [])),
  });
  const bos = numberOf(file, "tokenizer.ggml.bos_token_id");
  return cachedModel({
    name: "model.gguf",
    vocabSize: tokens.length,
    bos,
    eos: [numberOf(file, "tokenizer.ggml.eos_token_id")],
    contextSize: contextSize ?? numberOf(file, "llama.context_length"),
    tokenize: async (text, options = {}) => [
      ...(options.bos ? [bos] : []),
      ...bpe.encode(text, options.special ?? false),
    ],
    detokenize: async (ids) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bpe.bytesOf(ids)),
    tokenBytes: (id) => (tokens[id] === undefined ? undefined : byteLevelBytes(tokens[id])),
    open: async () => openLlama(weights),
    close: async () => undefined,
  });
}

const numberOf = ({ metadata }: GgufFile, key: string): number => Number(metadata.get(key));

async function readWeights(file: GgufFile, bytes: Bytes): Promise<LlamaWeights> {
  const tensors = new Map<string, Float32Array>();
  for (const { name, shape, type, start } of file.tensors) {
    const stored: NumberType = type === "F16" ? "f2" : "f4";
    const numbers = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const slice = await bytes.slice(start, start + numbers.length * (stored === "f2" ? 2 : 4));
    // A copy: its numbers must begin where a number may.
    decodeNumbers(new Uint8Array(slice), stored, numbers);
    tensors.set(name, numbers);
  }
  return {
    layers: numberOf(file, "llama.block_count"),
    heads: numberOf(file, "llama.attention.head_count"),
    dim: numberOf(file, "llama.embedding_length"),
    eps: numberOf(file, "llama.attention.layer_norm_rms_epsilon"),
    base: numberOf(file, "llama.rope.freq_base"),
    tensors,
  };
}
