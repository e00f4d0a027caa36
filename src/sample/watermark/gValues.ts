import { checkParams, LogitsError, type Param, type Params } from "../../core/index.js";
import { torchBits } from "./torchBits.js";

/** What must be the same in `synthId` and in `detectSynthId`. */
export const keyParams: readonly Param[] = [
  {
    name: "synthIdKeys",
    type: "string",
    default: "",
    noop: "",
    help: "The secret: one whole number a layer, comma-separated; 20 to 30 are usual",
  },
  {
    name: "synthIdNgram",
    type: "integer",
    min: 2,
    max: 16,
    default: 5,
    help: "n: the n − 1 tokens before and the candidate decide",
  },
  {
    name: "synthIdTable",
    type: "integer",
    min: 4,
    max: 20,
    default: 16,
    help: "Bits of the index into the table of g",
  },
  { name: "synthIdTableSeed", type: "integer", min: 0, max: 2 ** 32 - 1, default: 0, help: "Seed of that table" },
  {
    name: "synthIdHistory",
    type: "integer",
    min: 0,
    default: 1024,
    help: "Contexts that are remembered, so as to mark none twice",
  },
];

export interface SynthIdKey {
  keys: Int32Array;
  ngram: number;
  history: number;
  /** g of every index: 0 or 1. */
  table: Uint8Array;
}

export function synthIdKey(params: Params): SynthIdKey {
  const list = String(params["synthIdKeys"]);
  const keys = list === "" ? [] : list.split(",").map(Number);
  const wrong = keys.find((key) => !Number.isSafeInteger(key));
  if (wrong !== undefined)
    throw new LogitsError(
      "bad-argument",
      `Cannot watermark: synthIdKeys must be whole numbers, comma-separated, got ${list}`,
    );
  return {
    keys: Int32Array.from(keys),
    ngram: params["synthIdNgram"] as number,
    history: params["synthIdHistory"] as number,
    table: tableOf(params["synthIdTableSeed"] as number, 2 ** (params["synthIdTable"] as number)),
  };
}

/** The key of a detector, from what a caller gives. */
export const checkedKey = (params: Params): SynthIdKey =>
  synthIdKey(checkParams({ name: "detectSynthId", params: keyParams }, params));

let lastTable: { seed: number; table: Uint8Array } | undefined;

/** Made once for a run of calls. */
function tableOf(seed: number, size: number): Uint8Array {
  if (lastTable?.seed !== seed || lastTable.table.length !== size) lastTable = { seed, table: torchBits(seed, size) };
  return lastTable.table;
}

/**
 * One step of the hash: h ← (h + x)·6364136223846793005 + 1, of which 32 bits are enough, because an index takes the lowest and these never depend on higher ones.
 */
export const hashStep = (h: number, x: number): number => (Math.imul((h + x) | 0, 0x4c957f2d) + 1) | 0;

/** Hash of the tokens of a context, oldest first. */
export function contextHash(context: readonly number[]): number {
  return context.reduce(hashStep, 1);
}

/** g of a token after a context, at one layer. */
export function gValue({ keys, table }: SynthIdKey, gram: number, layer: number): number {
  return table[hashStep(gram, keys[layer]!) & (table.length - 1)]!;
}
