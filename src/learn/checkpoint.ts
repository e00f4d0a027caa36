// Where a training run is, as a file: Node alone.
import { LogitsError } from "../core/index.js";
import { crc32 } from "../formats/crc32.js";
import { fileBytes, writeFile } from "../formats/file.js";
import type { TrainState } from "./trainOptions.js";

/** Plain data and Float32Arrays, which come back to the bit. */
export interface Checkpoint {
  /** What the run was asked for: with another wish it is another run. */
  settings: Record<string, unknown>;
  /** Spent up to here. */
  seconds: number;
  state: TrainState;
}

const MAGIC = "logits checkpoint 1\n";
/** Magic, the sum of all that follows, the length of the JSON. */
const START = MAGIC.length + 8;

/** Writes a checkpoint aside and renames it: there is this one, or the one before. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const arrays: Float32Array[] = [];
  let length = 0;
  const json = JSON.stringify(checkpoint, (_, value: unknown) => {
    if (!(value instanceof Float32Array)) return value;
    const at = length;
    arrays.push(value);
    length += value.length;
    return { float32: [at, value.length] };
  });
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(START + text.length + 4 * length);
  bytes.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(bytes.buffer);
  view.setUint32(MAGIC.length + 4, text.length, true);
  bytes.set(text, START);
  let at = START + text.length;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  view.setUint32(MAGIC.length, crc32(bytes.subarray(MAGIC.length + 4)), true);
  await writeFile(path, (sink) => sink.write(bytes));
}

/** @throws "bad-data" for another file, or a damaged one. */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const file = await fileBytes(path);
  const bytes = await file.slice(0, file.byteLength).finally(() => file.close());
  const refuse = (what: string): never => {
    throw new LogitsError("bad-data", `Cannot read ${path}: it must be a checkpoint of a training run, got ${what}`, {
      hint: "Remove it, and train from the beginning.",
    });
  };
  if (bytes.length < START || new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC)
    refuse("another file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(MAGIC.length, true) !== crc32(bytes.subarray(MAGIC.length + 4))) refuse("a damaged one");
  const end = START + view.getUint32(MAGIC.length + 4, true);
  const json = new TextDecoder().decode(bytes.subarray(START, end));
  return JSON.parse(json, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("float32" in value)) return value;
    const [at, length] = value.float32 as [number, number];
    // A copy, because what is in the file need not begin at a multiple of 4.
    return new Float32Array(bytes.slice(end + 4 * at, end + 4 * (at + length)).buffer);
  }) as Checkpoint;
}
