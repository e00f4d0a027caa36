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
 * These ids with the smallest `sign`·keys[id] first; those with equal keys stay in the order in which they came. For many ids a radix sort of the upper
 * words of the numbers, then of each run of equal ones by the lower: a comparator takes several times as long over a vocabulary.
 */
export function idsByKey(ids: Int32Array, keys: Float64Array, sign: 1 | -1): Int32Array {
  if (ids.length < 1024) return ids.sort((a, b) => sign * (keys[a]! - keys[b]!));
  const { high, low } = sortableWords(ids, keys, sign);
  let from = new Uint32Array(ids.length);
  let to = new Uint32Array(ids.length);
  for (let i = 0; i < from.length; i++) from[i] = i;
  for (const shift of [0, 11, 22]) {
    pass(from, to, high, shift);
    [from, to] = [to, from];
  }
  for (let start = 0, end = 1; start < from.length; start = end++) {
    while (end < from.length && high[from[end]!] === high[from[start]!]) end++;
    if (end - start > 1) sortRun(from.subarray(start, end), low);
  }
  const sorted = new Int32Array(ids.length);
  for (let i = 0; i < sorted.length; i++) sorted[i] = ids[from[i]!]!;
  return sorted;
}

/** Two words a number, which compare as unsigned integers as the numbers do. */
function sortableWords(ids: Int32Array, keys: Float64Array, sign: 1 | -1): { high: Uint32Array; low: Uint32Array } {
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  const [high, low] = [new Uint32Array(ids.length), new Uint32Array(ids.length)];
  for (let i = 0; i < ids.length; i++) {
    // −0 and 0 are one number.
    number[0] = sign * keys[ids[i]!]! + 0;
    const flip = words[1]! >>> 31 ? 0xffffffff : 0;
    low[i] = words[0]! ^ flip;
    high[i] = words[1]! ^ (flip | 0x80000000);
  }
  return { high, low };
}

/** One stable pass by 11 bits. */
function pass(from: Uint32Array, to: Uint32Array, words: Uint32Array, shift: number): void {
  const starts = new Uint32Array(0x801);
  for (let i = 0; i < words.length; i++) starts[((words[i]! >>> shift) & 0x7ff) + 1]!++;
  for (let digit = 0; digit < 0x800; digit++) starts[digit + 1]! += starts[digit]!;
  for (let i = 0; i < from.length; i++) {
    const at = from[i]!;
    to[starts[(words[at]! >>> shift) & 0x7ff]!++] = at;
  }
}

function sortRun(run: Uint32Array, words: Uint32Array): void {
  if (run.some((at) => words[at] !== words[run[0]!])) run.sort((a, b) => words[a]! - words[b]!);
}
