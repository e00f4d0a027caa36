/**
 * Knots of the rising function nearest to yes/no outcomes in squares: the ends of the pooled blocks, x rising, y their levels.
 * Outcomes at equal scores are one point; between knots the function is linear.
 *
 * @param scores one an outcome, not NaN; −0 is 0.
 * @param labels the outcome is yes where `labels[i] === positive`.
 * @returns `x` and `y` of equal length: two knots for a block of several points, one for a block of one.
 *
 * Pooled adjacent violators, Ayer et al., Ann. Math. Stat. 1955; linear time, the sort included.
 */
export function isotonicKnots(
  scores: Float32Array,
  labels: ArrayLike<number>,
  positive: number,
): { x: number[]; y: number[] } {
  const { words, negative } = risingWords(scores, labels, positive);
  const n = words.length;
  // A stack of blocks with rising levels: how many outcomes were yes, of how many, and the first of them. The counts are whole numbers, so
  // levels compare exactly. At the bottom lies a block of level −1, which nothing is pooled with.
  const hits = new Float64Array(n + 1);
  const counts = new Float64Array(n + 1);
  const starts = new Uint32Array(n + 1);
  hits[0] = -1;
  counts[0] = 1;
  let top = 0;
  for (let i = 0; i < n; ) {
    let start = i;
    const outcome = words[i]! & 1;
    do i++;
    while (i < n && (words[i]! & 1) === outcome);
    let hit = outcome * (i - start);
    // After a run of noes, a yes at the score of the last of them: the outcomes at that score are a point of their own.
    if (outcome === 0 && i < n && (words[i]! ^ words[i - 1]!) === 1 && i !== negative) {
      const yes = words[i]!;
      const no = yes - 1;
      while (i > start && i !== negative && words[i - 1] === no) i--;
      if (i === start) {
        do i++;
        while (i !== negative && words[i] === no);
        for (; i !== negative && words[i] === yes; i++) hit++;
      }
    }
    let count = i - start;
    while (hits[top]! * count >= hit * counts[top]!) {
      hit += hits[top]!;
      count += counts[top]!;
      start = starts[top--]!;
    }
    top++;
    hits[top] = hit;
    counts[top] = count;
    starts[top] = start;
  }
  const x: number[] = [];
  const y: number[] = [];
  for (let block = 1; block <= top; block++) {
    const level = hits[block]! / counts[block]!;
    const end = block < top ? starts[block + 1]! : n;
    const low = scoreOf(words, starts[block]!, negative);
    const high = scoreOf(words, end - 1, negative);
    x.push(low);
    y.push(level);
    if (high > low) {
      x.push(high);
      y.push(level);
    }
  }
  return { x, y };
}

const minusZero = 0x80000000;

/** One word an outcome, in rising order of the scores: 31 bits that rise with the score, and the outcome. The first `negative` have scores < 0. */
function risingWords(
  scores: Float32Array,
  labels: ArrayLike<number>,
  positive: number,
): { words: Uint32Array; negative: number } {
  const n = scores.length;
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, n);
  const words = new Uint32Array(n);
  let negative = 0;
  let rest = n;
  for (let i = 0; i < n; i++) {
    // No branches: signs and outcomes are as good as random, and a wrong guess of the processor costs more than all the rest.
    const stored = bits[i]!;
    const raw = stored === minusZero ? 0 : stored;
    const below = raw >>> 31;
    const other = labels[i]! ^ positive;
    rest -= 1 - below;
    // The sign is known from the place; a negative number is the higher the lower its magnitude.
    words[rest ^ ((rest ^ negative) & -below)] = ((raw ^ -below) << 1) | (((other | -other) >>> 31) ^ 1);
    negative += below;
  }
  const spare = new Uint32Array(n);
  sortWords(words.subarray(0, negative), spare.subarray(0, negative));
  sortWords(words.subarray(negative), spare.subarray(negative));
  return { words: spare, negative };
}

/** Radix sort of `words` into `out`, least significant digit first; `words` is used up. */
function sortWords(words: Uint32Array, out: Uint32Array): void {
  const [low, middle, high] = [new Uint32Array(2048), new Uint32Array(2048), new Uint32Array(2048)] as const;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    low[word & 2047]!++;
    middle[(word >>> 11) & 2047]!++;
    high[word >>> 22]!++;
  }
  scatter(words, out, low, 0);
  scatter(out, words, middle, 11);
  scatter(words, out, high, 22);
}

function scatter(from: Uint32Array, to: Uint32Array, counts: Uint32Array, shift: number): void {
  for (let digit = 0, start = 0; digit < counts.length; digit++) {
    const count = counts[digit]!;
    counts[digit] = start;
    start += count;
  }
  for (let i = 0; i < from.length; i++) {
    const word = from[i]!;
    to[counts[(word >>> shift) & 2047]!++] = word;
  }
}

const decoder = new DataView(new ArrayBuffer(4));

function scoreOf(words: Uint32Array, i: number, negative: number): number {
  const magnitude = words[i]! >>> 1;
  decoder.setUint32(0, i < negative ? ~magnitude : magnitude);
  return decoder.getFloat32(0);
}
