import type { Reason } from "../core/index.js";
import { risingOrder } from "../stats/risingOrder.js";
import { countOf } from "./row.js";

/** Ids of the tokens that are left, most probable first; equal scores by id. */
export function rankedIds(row: Float64Array): Int32Array {
  return idsByKey(leftIds(row), row, -1);
}

/** The first `count` of `rankedIds`, without ranking the others. */
export function topIds(row: Float64Array, count: number): Int32Array {
  if (count > 64) return rankedIds(row).subarray(0, count);
  const ids = new Int32Array(count);
  let found = 0;
  for (let id = 0; id < row.length; id++) {
    const score = row[id]!;
    if (score === -Infinity || (found === count && !(score > row[ids[count - 1]!]!))) continue;
    let at = found < count ? found++ : count - 1;
    for (; at > 0 && row[ids[at - 1]!]! < score; at--) ids[at] = ids[at - 1]!;
    ids[at] = id;
  }
  return ids.subarray(0, found);
}

/** Why a token beyond the first `limit` was removed. */
export function rankReasons(row: Float64Array, limit: number): (id: number) => Reason {
  const rank = new Int32Array(row.length).fill(row.length);
  rankedIds(row).forEach((id, i) => (rank[id] = i + 1));
  return (id) => ({ value: rank[id]!, limit, text: `it is number ${rank[id]} and ${limit} are kept` });
}

/** Ids of the tokens that are left, in their order. */
export function leftIds(row: Float64Array): Int32Array {
  const ids = new Int32Array(countOf(row));
  let n = 0;
  for (let id = 0; id < row.length; id++) if (row[id]! > -Infinity) ids[n++] = id;
  return ids;
}

/** These ids with the smallest `sign`·keys[id] first; those with equal keys stay in the order in which they came. */
export function idsByKey(ids: Int32Array, keys: Float64Array, sign: 1 | -1): Int32Array {
  const own = new Float64Array(ids.length);
  for (let i = 0; i < own.length; i++) own[i] = sign * keys[ids[i]!]!;
  const order = risingOrder(own);
  const sorted = new Int32Array(ids.length);
  for (let i = 0; i < sorted.length; i++) sorted[i] = ids[order[i]!]!;
  return sorted;
}
