// The largest scores of a row without WebAssembly: loops whose branches are almost never taken, because a wrong guess of one costs more than ten scores.
import type { Row } from "./rowReference.js";

/** The largest score; NaN where one is NaN or +Infinity. The branch is almost never taken, by NaN too. */
export function peakOf(scores: Float32Array): number {
  let peak = -Infinity;
  for (let id = 0; id < scores.length; id += 4) {
    if (scores[id]! <= peak && scores[id + 1]! <= peak && scores[id + 2]! <= peak && scores[id + 3]! <= peak) continue;
    for (let one = id; one < id + 4; one++) {
      const score = scores[one]!;
      if (Number.isNaN(score)) return NaN;
      if (score > peak) peak = score;
    }
  }
  return peak === Infinity ? NaN : peak;
}

/** Ids of the k best, in no order; returns how many there are. A heap whose worst is on top: hardly any score is compared with more than that. */
export function bestOf(scores: Row, k: number, ids: Int32Array): number {
  if (k === 0) return 0;
  let n = 0;
  let worst = -Infinity;
  for (let id = 0; id < scores.length; id += 4) {
    if (scores[id]! <= worst && scores[id + 1]! <= worst && scores[id + 2]! <= worst && scores[id + 3]! <= worst)
      continue;
    for (let one = id; one < Math.min(id + 4, scores.length); one++) {
      if (scores[one]! <= worst) continue;
      if (n < k) {
        ids[n++] = one;
        if (n < k) continue;
        for (let at = k >> 1; at >= 0; at--) sink(ids, k, at, scores);
      } else {
        ids[0] = one;
        sink(ids, k, 0, scores);
      }
      worst = scores[ids[0]!]!;
    }
  }
  return n;
}

/** Lets one of the heap sink below all that are worse. */
function sink(ids: Int32Array, n: number, from: number, scores: Row): void {
  const id = ids[from]!;
  const score = scores[id]!;
  let at = from;
  for (;;) {
    let next = 2 * at + 1;
    if (next >= n) break;
    if (next + 1 < n && isWorse(ids[next + 1]!, ids[next]!, scores)) next++;
    const other = scores[ids[next]!]!;
    if (other > score || (other === score && ids[next]! < id)) break;
    ids[at] = ids[next]!;
    at = next;
  }
  ids[at] = id;
}

function isWorse(a: number, b: number, scores: Row): boolean {
  return scores[a]! < scores[b]! || (scores[a] === scores[b] && a > b);
}

/** Ids, rising, of the scores that are not below `least`; −1 where there are more than `most`. */
export function idsFrom(scores: Float32Array, least: number, most: number, ids: Int32Array): number {
  let n = 0;
  for (let id = 0; id < scores.length; id++) {
    if (scores[id]! < least) continue;
    if (n === most) return -1;
    ids[n++] = id;
  }
  return n;
}

/** So few are sorted by insertion. */
const FEW = 256;

/** Puts the largest first, and equal ones by id. */
export function sortBest(ids: Int32Array, n: number, scores: Row): void {
  if (n > FEW) {
    ids.subarray(0, n).sort((a, b) => scores[b]! - scores[a]! || a - b);
    return;
  }
  for (let i = 1; i < n; i++) {
    const id = ids[i]!;
    let at = i;
    for (; at > 0 && isWorse(ids[at - 1]!, id, scores); at--) ids[at] = ids[at - 1]!;
    ids[at] = id;
  }
}
