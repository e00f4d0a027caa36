import { LogitsError } from "../core/index.js";
import type { Bytes } from "../formats/index.js";
import { type GgufTensor, type GgufValue, readGgufFile } from "./ggufFile.js";

/** What is in a GGUF file, in numbers a person asks for. Absent where the file does not say. */
export interface GgufSummary {
  format: "gguf";
  version: number;
  name?: string;
  architecture: string;
  licence?: string;
  parameters: number;
  bytes: number;
  contextSize?: number;
  dimensions?: number;
  layers?: number;
  heads?: number;
  /** `addsBos`: whether llama.cpp puts `bos` before a text; by its default where the file does not say and the tokenizer alone decides. */
  vocabulary: { size: number; tokenizer?: string; pre?: string; bos?: number; eos?: number; addsBos?: boolean };
  /** How many tensors of each type, and their share of the parameters. */
  types: { type: string; tensors: number; parameters: number }[];
  chatTemplate: boolean;
}

/** Bytes of a block and numbers in it. */
const blocks: Readonly<Record<string, readonly [number, number]>> = {
  F32: [4, 1],
  F16: [2, 1],
  BF16: [2, 1],
  F64: [8, 1],
  Q4_0: [18, 32],
  Q4_1: [20, 32],
  Q5_0: [22, 32],
  Q5_1: [24, 32],
  Q8_0: [34, 32],
  Q2_K: [84, 256],
  Q3_K: [110, 256],
  Q4_K: [144, 256],
  Q5_K: [176, 256],
  Q6_K: [210, 256],
};

/** Whether llama.cpp begins a text with `bos` where the file is silent: SentencePiece and WordPiece do. Of BPE the pre-tokenizer decides. */
const beginsByDefault: ReadonlyMap<string, boolean> = new Map([
  ["llama", true],
  ["bert", true],
]);

/** @throws "bad-data" for a file that is no GGUF, or one that ends before its tensors do. */
export async function ggufSummary(bytes: Bytes): Promise<GgufSummary> {
  const { version, metadata, tensors } = await readGgufFile(bytes);
  for (const tensor of tensors) checkEnd(tensor, bytes);
  const architecture = String(metadata.get("general.architecture") ?? "unknown");
  const number = (key: string): number | undefined => asNumber(metadata.get(key));
  const own = (key: string): number | undefined => number(`${architecture}.${key}`);
  const text = (key: string): string | undefined => {
    const value = metadata.get(key);
    return typeof value === "string" ? value : undefined;
  };
  const tokens = metadata.get("tokenizer.ggml.tokens");
  const addsBos = metadata.get("tokenizer.ggml.add_bos_token");
  return withoutUndefined({
    format: "gguf" as const,
    version,
    name: text("general.name"),
    architecture,
    licence: text("general.license"),
    parameters: tensors.reduce((sum, tensor) => sum + count(tensor), 0),
    bytes: bytes.byteLength,
    contextSize: own("context_length"),
    dimensions: own("embedding_length"),
    layers: own("block_count"),
    heads: own("attention.head_count"),
    vocabulary: withoutUndefined({
      size: Array.isArray(tokens) ? tokens.length : 0,
      tokenizer: text("tokenizer.ggml.model"),
      pre: text("tokenizer.ggml.pre"),
      bos: number("tokenizer.ggml.bos_token_id"),
      eos: number("tokenizer.ggml.eos_token_id"),
      addsBos: typeof addsBos === "boolean" ? addsBos : beginsByDefault.get(text("tokenizer.ggml.model") ?? ""),
    }),
    types: typesOf(tensors),
    chatTemplate: metadata.has("tokenizer.chat_template"),
  });
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutUndefined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

const asNumber = (value: GgufValue | undefined): number | undefined =>
  typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;

const count = ({ shape }: GgufTensor): number => shape.reduce((a, b) => a * b, 1);

function typesOf(tensors: readonly GgufTensor[]): GgufSummary["types"] {
  const types = new Map<string, { type: string; tensors: number; parameters: number }>();
  for (const tensor of tensors) {
    const entry = types.get(tensor.type) ?? { type: tensor.type, tensors: 0, parameters: 0 };
    types.set(tensor.type, { ...entry, tensors: entry.tensors + 1, parameters: entry.parameters + count(tensor) });
  }
  return [...types.values()].sort((a, b) => b.parameters - a.parameters);
}

function checkEnd(tensor: GgufTensor, bytes: Bytes): void {
  const [size, numbers] = blocks[tensor.type] ?? [0, 1];
  const end = tensor.start + Math.ceil(count(tensor) / numbers) * size;
  if (end <= bytes.byteLength) return;
  throw new LogitsError(
    "bad-data",
    `Cannot read ${bytes.name ?? "the file"}: it must have at least ${end} bytes for ${tensor.name}, got ${bytes.byteLength}`,
    { hint: "It was cut short: download it again." },
  );
}
