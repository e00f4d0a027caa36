import type { Reason } from "../core/index.js";
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

/**
 * These ids with the smallest `sign`·keys[id] first; those with equal keys stay in the order in which they came. For many ids a radix sort of the numbers'
 * bits: a comparator takes ten times as long over a vocabulary.
 */
export function idsByKey(ids: Int32Array, keys: Float64Array, sign: 1 | -1): Int32Array {
  if (ids.length < 1024) return ids.sort((a, b) => sign * (keys[a]! - keys[b]!));
  const sortable = sortableBits(ids, keys, sign);
  let from = Uint32Array.from(ids, (_, i) => i);
  let to = new Uint32Array(ids.length);
  for (const [word, shift] of digits) if (pass(from, to, sortable, word, shift)) [from, to] = [to, from];
  return Int32Array.from(from, (i) => ids[i]!);
}

/** Where 16 bits of a number are: its word and the place in it, lowest first. */
const digits = [
  [0, 0],
  [0, 16],
  [1, 0],
  [1, 16],
] as const;

/** Two words a number, low then high, that compare as unsigned integers as the numbers do. */
function sortableBits(ids: Int32Array, keys: Float64Array, sign: 1 | -1): Uint32Array {
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  const bits = new Uint32Array(2 * ids.length);
  for (let i = 0; i < ids.length; i++) {
    // −0 and 0 are one number.
    number[0] = sign * keys[ids[i]!]! + 0;
    const flip = words[1]! >>> 31 ? 0xffffffff : 0;
    bits[2 * i] = words[0]! ^ flip;
    bits[2 * i + 1] = words[1]! ^ (flip | 0x80000000);
  }
  return bits;
}

/** One stable pass; false where all agree in these bits and nothing was moved. */
function pass(from: Uint32Array, to: Uint32Array, bits: Uint32Array, word: number, shift: number): boolean {
  const starts = new Uint32Array(0x10001);
  for (let i = 0; i < from.length; i++) starts[((bits[2 * i + word]! >>> shift) & 0xffff) + 1]!++;
  if (starts.includes(from.length)) return false;
  for (let digit = 0; digit < 0x10000; digit++) starts[digit + 1]! += starts[digit]!;
  for (let i = 0; i < from.length; i++) {
    const at = from[i]!;
    to[starts[(bits[2 * at + word]! >>> shift) & 0xffff]!++] = at;
  }
  return true;
}
