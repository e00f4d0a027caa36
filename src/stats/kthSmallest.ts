/**
 * The k-th smallest of some numbers, k from 1, without sorting them all: a sorted sample says between which two numbers it must lie, one pass keeps what lies
 * there, and so on. Where a sample misleads, all that is left is sorted. Infinities are numbers as others; NaN must not occur. The input is not changed.
 *
 * Floyd and Rivest, Commun. ACM 1975.
 * @example
 *     kthSmallest(Float64Array.of(3, 1, 2), 2)  // 2
 */
export function kthSmallest(values: Float64Array, k: number): number {
  let own = values;
  let rank = k;
  while (own.length > few) {
    const sample = new Float64Array(sampled);
    for (let i = 0; i < sampled; i++) sample[i] = own[Math.floor((i * own.length) / sampled)]!;
    sample.sort();
    const middle = (rank / own.length) * sampled;
    const low = sample[Math.floor(middle - slack)] ?? -Infinity;
    const high = sample[Math.ceil(middle + slack)] ?? Infinity;
    const between = new Float64Array(own.length);
    let [below, kept] = [0, 0];
    for (let i = 0; i < own.length; i++) {
      const value = own[i]!;
      if (value < low) below++;
      else if (value <= high) between[kept++] = value;
    }
    if (rank <= below || rank > below + kept || kept > own.length / 2) break;
    rank -= below;
    own = between.subarray(0, kept);
  }
  return own.slice().sort()[rank - 1]!;
}

const few = 4096;
const sampled = 1024;
/** Four standard deviations of how many of a sample lie below its middle. */
const slack = 64;
