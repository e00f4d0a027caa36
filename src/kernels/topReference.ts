import { bestOf, sortBest } from "./plainBest.js";
import { peak, type Row } from "./rowReference.js";

/** The k largest scores, largest first, the lowest index first among equals. */
export interface Top {
  indices: Uint32Array;
  values: Float64Array;
}

/** The k ≥ 0 largest of a row, never a masked class; undefined where the row holds NaN or +Infinity, or only −Infinity. */
export function topK(values: Row, k: number): Top | undefined {
  if (Number.isNaN(peak(values, 0, values.length).max)) return undefined;
  const ids = new Int32Array(Math.min(k, values.length));
  const count = bestOf(values, ids.length, ids);
  sortBest(ids, count, values);
  const indices = Uint32Array.from(ids.subarray(0, count));
  return { indices, values: Float64Array.from(indices, (i) => values[i]!) };
}
