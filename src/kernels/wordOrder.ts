/**
 * The places 0 … n − 1 of numbers of two words in rising order, `high` before `low`, both as unsigned integers; equal ones stay in the order in which they came.
 * A radix sort of the upper words, then of each run of equal ones by the lower: a comparator takes many times as long.
 *
 * @example
 *     wordOrder(Uint32Array.of(7, 0, 7), Uint32Array.of(2, 9, 1))  // 1, 2, 0
 */
export function wordOrder(high: Uint32Array, low: Uint32Array): Uint32Array {
  let from = new Uint32Array(high.length);
  let to = new Uint32Array(high.length);
  for (let i = 0; i < from.length; i++) from[i] = i;
  for (const shift of [0, 11, 22]) {
    pass(from, to, high, shift);
    [from, to] = [to, from];
  }
  for (let start = 0, end = 1; start < from.length; start = end++) {
    while (end < from.length && high[from[end]!] === high[from[start]!]) end++;
    if (end - start > 1) sortRun(from.subarray(start, end), low);
  }
  return from;
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
