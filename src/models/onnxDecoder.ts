import { LogitsError } from "../core/index.js";
import { decodeNumbers } from "../formats/numbers.js";
import type { Sequence } from "./cachedModel.js";
import type { Runtime, Session, Tensor } from "./onnxRuntime.js";

/** What a decoder graph asks for. */
export interface Decoder {
  vocabSize: number;
  /** Past inputs, and the outputs that continue them. */
  caches: { past: string; present: string; heads: number; size: number; type: "float32" | "float16" }[];
  inputs: ReadonlySet<string>;
}

/** Prompts go through in pieces: the graph returns a row of scores for every token, 200 kB at 50,257. */
const PIECE = 64;

/** @throws "unsupported" unless the session takes what this file gives. */
export function decoderOf(session: Session, path: string): Decoder {
  const refuse = (what: string): never => {
    throw new LogitsError("unsupported", `Cannot run ${path}: ${what}`);
  };
  const logits = session.outputMetadata.find(({ name }) => name === "logits");
  if (!logits?.isTensor) refuse(`it must have an output logits, got ${session.outputNames.join(", ")}`);
  const caches: Decoder["caches"] = [];
  for (const input of session.inputMetadata) {
    const { name } = input;
    if (["input_ids", "attention_mask", "position_ids"].includes(name)) continue;
    if (!/^past_key_values\.\d+\.(key|value)$/.test(name) || !input.isTensor)
      refuse(`its inputs must be input_ids, attention_mask, position_ids and past_key_values, got ${name}`);
    const { shape, type } = input as { shape: readonly (number | string)[]; type: string };
    const [, heads, , size] = shape;
    if (typeof heads !== "number" || typeof size !== "number" || (type !== "float32" && type !== "float16"))
      refuse(
        `${name} must be f32 or f16 of [batch, heads, past, size] with numbers for heads and size, got ${type} of [${shape}]`,
      );
    caches.push({
      past: name,
      present: name.replace("past_key_values", "present"),
      heads: heads as number,
      size: size as number,
      type: type as "float32" | "float16",
    });
  }
  const vocabSize = (logits as { shape: readonly (number | string)[] }).shape.at(-1);
  if (typeof vocabSize !== "number") refuse(`logits must say how many tokens there are, got [${vocabSize}]`);
  if (!session.inputNames.includes("input_ids")) refuse(`it must have an input input_ids, got ${session.inputNames}`);
  return { vocabSize: vocabSize as number, caches, inputs: new Set(session.inputNames) };
}

export function openDecoder(runtime: Runtime, session: Session, decoder: Decoder): Sequence {
  const { Tensor } = runtime;
  const empty = (): Map<string, Tensor> =>
    new Map(
      decoder.caches.map(({ past, heads, size, type }) => [
        past,
        type === "float32"
          ? new Tensor("float32", new Float32Array(0), [1, heads, 0, size])
          : new Tensor("float16", new Uint16Array(0), [1, heads, 0, size]),
      ]),
    );
  const integers = (values: bigint[]): Tensor => new Tensor("int64", BigInt64Array.from(values), [1, values.length]);
  let cache = empty();
  let length = 0;
  /** Without past inputs the whole text is evaluated each time. */
  let text: number[] = [];

  const run = async (ids: readonly number[]): Promise<Float32Array> => {
    const total = length + ids.length;
    const feeds: Record<string, Tensor> = {
      input_ids: integers(ids.map(BigInt)),
      attention_mask: integers(Array.from({ length: total }, () => 1n)),
      position_ids: integers(ids.map((_, i) => BigInt(length + i))),
      ...Object.fromEntries(cache),
    };
    for (const name of Object.keys(feeds)) if (!decoder.inputs.has(name)) delete feeds[name];
    const output = await session.run(feeds);
    cache = new Map(decoder.caches.map(({ past, present }) => [past, output[present]!]));
    length = total;
    return lastRow(output["logits"]!, decoder.vocabSize);
  };

  return {
    async keep(count) {
      if (count >= length) return length;
      cache = new Map(decoder.caches.map(({ past }) => [past, firstOf(Tensor, cache.get(past)!, count)]));
      length = count;
      text = text.slice(0, count);
      return count;
    },
    async evaluate(ids) {
      text = [...text, ...ids];
      if (decoder.caches.length === 0) {
        length = 0;
        return run(text);
      }
      for (let at = 0; ; at += PIECE) {
        const logits = await run(ids.slice(at, at + PIECE));
        if (at + PIECE >= ids.length) return logits;
      }
    },
    async close() {
      cache = empty();
    },
  };
}

function lastRow({ data, type }: Tensor, width: number): Float32Array {
  const row = (data as Float32Array | Uint16Array).slice(-width);
  if (type !== "float16") return row as Float32Array;
  const logits = new Float32Array(width);
  decodeNumbers(new Uint8Array(row.buffer), "f2", logits);
  return logits;
}

/** [1, heads, past, size] cut to its first `count` positions. */
function firstOf(TensorClass: Runtime["Tensor"], tensor: Tensor, count: number): Tensor {
  const [, heads, past, size] = tensor.dims as [number, number, number, number];
  const data = tensor.data as Float32Array | Uint16Array;
  const kept = new (data.constructor as Float32ArrayConstructor)(heads * count * size);
  for (let head = 0; head < heads; head++) {
    const from = head * past * size;
    kept.set((data as Float32Array).subarray(from, from + count * size), head * count * size);
  }
  return new TensorClass(tensor.type as "float32", kept, [1, heads, count, size]);
}
