import { type Batch, uniformRuns, uniformsTo, uniformTo } from "../core/index.js";

/** Calibration rows and the rows that sets are made for must not share numbers: row 5 of one file is not row 5 of another. */
export type Stream = "fit" | "apply";

/**
 * One uniform number a row, keyed by (seed, id) where rows have ids and by (seed, index within the source) where not: the same for every class and every α, so
 * that sets are nested, and whatever the rows were divided into.
 * Rows of the same id have numbers of their own: with one for all of them coverage would be all or nothing.
 */
export function rowDraws(batch: Batch, seed: number, stream: Stream): (row: number) => number {
  const { ids } = batch;
  const offset = batch.offset ?? 0;
  const purpose = stream === "fit" ? 0 : 1;
  const drawn = new Float64Array(4);
  if (ids) {
    let earlier: Int32Array | undefined;
    return (row) => {
      earlier ??= timesBefore(ids);
      const [high, low] = hashed(ids[row]!);
      uniformTo(drawn, seed, "sets", high, low, 2 + purpose + 2 * earlier[row]!);
      return drawn[0]!;
    };
  }
  let quad = -1;
  return (row) => {
    const own = Math.floor((offset + row) / 4);
    if (own !== quad) uniformsTo(drawn, seed, "sets", own, purpose);
    quad = own;
    return drawn[offset + row - 4 * own]!;
  };
}

/** The same numbers of at most `most` rows from `start` on, in memory that is used again. */
export function runsOfDraws(
  batch: Batch,
  seed: number,
  stream: Stream,
  most: number,
): (start: number, count: number) => Float64Array {
  const drawn = new Float64Array(4 * (Math.ceil(most / 4) + 1));
  if (batch.ids) {
    const draw = rowDraws(batch, seed, stream);
    return (start, count) => {
      for (let i = 0; i < count; i++) drawn[i] = draw(start + i);
      return drawn;
    };
  }
  const offset = batch.offset ?? 0;
  return (start) => {
    const quad = Math.floor((offset + start) / 4);
    uniformRuns(drawn, seed, "sets", quad, stream === "fit" ? 0 : 1);
    return drawn.subarray(offset + start - 4 * quad);
  };
}

/** Of each row, how many before it have its id. */
function timesBefore(ids: readonly string[]): Int32Array {
  const seen = new Map<string, number>();
  return Int32Array.from(ids, (id) => {
    const times = seen.get(id) ?? 0;
    seen.set(id, times + 1);
    return times;
  });
}

/** Two 32-bit lanes of FNV-1a: tells ids apart, protects nothing. */
function hashed(id: string): [number, number] {
  let high = 0xcbf29ce4;
  let low = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x01000193) ^ (low >>> 15);
  }
  return [high >>> 0, low >>> 0];
}
