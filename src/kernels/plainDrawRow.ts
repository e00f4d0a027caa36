import { bestOf, idsFrom, peakOf, sortBest } from "./plainBest.js";
import { BLOCK, halfLog, SMALLEST, weighGap } from "./drawReference.js";

/**
 * A row of scores that tokens are drawn from, with room for what that takes: made once for a vocabulary, used for every step. In kernel memory where there is
 * WebAssembly; both kinds give the same numbers to the last bit.
 */
export interface DrawRow {
  /** Where the scores lie: `tokens` of them, then −Infinity up to a whole number of blocks. Whoever writes here saves a copy. */
  readonly scores: Float32Array | Float64Array;
  /** After `weighLogs`: half the binary logarithm of each weight. After either `weigh`: the weights, and the sum of each block of 64. */
  readonly logs: Float32Array;
  readonly weights: Float32Array;
  readonly sums: Float64Array;
  /** After either and `keep`: the sum of all weights. */
  total: number;
  /** After `weighLogs`: Σ weight·log. */
  weighted: number;
  /** After `findBest` and `findAbove`: the largest scores and their ids, the largest first, equal ones by id. */
  readonly ids: Int32Array;
  readonly best: Float32Array;
  /** After `mark` and `markHeaviest`: a bit for each token, the lowest of a word first. */
  readonly marks: Int32Array;
  /** The largest score; NaN where one is NaN or +Infinity. To be asked before the next two. */
  peak(): number;
  /** Finds the k ≥ 1 largest scores, no masked one; returns how many there are. */
  findBest(k: number): number;
  /** Finds the scores that are not below `least`, no masked one; returns their number, or −1 where there are more than `most`. */
  findAbove(least: number, most: number): number;
  /** Weights exp(score·scale − peak); those of scores below `least` are 0. Returns their sum. */
  weigh(scale: number, peak: number, least?: number): number;
  /** The same with logarithms: for `massNear` and `weighted`. */
  weighLogs(scale: number, peak: number): number;
  /** Sets the weights of scores below `least` to 0, as if weighed with it; returns the sum of the others. */
  keep(least: number): number;
  /** Of the finite scores: their number, the mean of score·scale, and Σ of its squared distances from that. `highest` is the largest. */
  spread(scale: number, highest: number): Spread;
  /** Σ of the weights of the tokens with a larger score. */
  massAbove(score: number): number;
  /** Σ of the weights of the tokens whose log is nearer to `centre`. */
  massNear(centre: number, distance: number): number;
  /** How many of the first n scores are this one. */
  countEqual(n: number, score: number): number;
  /** Marks the scores that are not below `least`, no masked one; returns how many. */
  mark(least: number): number;
  /**
   * Marks the largest scores, equal ones by their place, whose weights e^(score·scale − peak) come to a share of all, with `allTies` also those that equal the
   * last; returns how many, or −1 where another way has to be taken: see heaviest.ts. The best are forgotten.
   */
  markHeaviest(scale: number, peak: number, share: number, allTies: boolean): number;
  /** The token at `target` of the running sum of the weights. */
  at(target: number): number;
}

export interface Spread {
  count: number;
  mean: number;
  squares: number;
}

/** From sums of distances from the largest score, which lies within some deviations of the mean: few digits cancel. */
export function spreadOf(count: number, sum: number, squares: number, peak: number): Spread {
  return { count, mean: peak + sum / count, squares: Math.max(0, squares - (sum * sum) / count) };
}

/** The token of a block at which the running sum exceeds `target`; where rounding leaves none, the last that has a weight. */
export function within(
  weights: Float32Array,
  sums: Float64Array,
  found: number,
  target: number,
  before: number,
): number {
  let block = found;
  while (block > 0 && sums[block] === 0) block--;
  const from = block * BLOCK;
  let all = 0;
  for (let id = from; id < from + BLOCK; id++) all += weights[id]!;
  // The block's sum is of f32; its tokens share what it has by their weights, the smallest too.
  const limit = ((target - before) * all) / sums[block]!;
  let sum = 0;
  let last = from;
  for (let id = from; id < from + BLOCK; id++) {
    const weight = weights[id]!;
    if (weight === 0) continue;
    sum += weight;
    if (sum > limit) return id;
    last = id;
  }
  return last;
}

/** A row of f64 scores, as a chain leaves them: for a draw that need not be fast. */
export function exactRow(scores: Float64Array): DrawRow {
  const row = plainRow(scores.length, new Float64Array(Math.ceil(scores.length / BLOCK) * BLOCK));
  row.scores.set(scores);
  // Apart from `peakOf`, which is to see arrays of one kind only.
  row.peak = () => {
    let peak = -Infinity;
    for (let id = 0; id < scores.length; id++) {
      if (!(scores[id]! < Infinity)) return NaN;
      if (scores[id]! > peak) peak = scores[id]!;
    }
    return peak;
  };
  return row;
}

/** Room for a row in plain TypeScript. */
export function plainRow(
  tokens: number,
  all: Float32Array | Float64Array = new Float32Array(Math.ceil(tokens / BLOCK) * BLOCK),
): DrawRow {
  const padded = all.length;
  const blocks = padded / BLOCK;
  all.fill(-Infinity);
  const logs = new Float32Array(padded);
  const weights = new Float32Array(padded);
  const sums = new Float64Array(blocks);
  const marks = new Int32Array((tokens + 31) >>> 5);
  // Made when they are asked for: most rows are only drawn from.
  let ids = new Int32Array();
  let best = new Float32Array();
  const room = (): Int32Array => {
    if (ids.length > 0) return ids;
    best = new Float32Array(padded);
    return (ids = new Int32Array(padded));
  };
  const found = (n: number): number => {
    sortBest(ids, n, all as Float32Array);
    for (let i = 0; i < n; i++) best[i] = all[ids[i]!]!;
    return n;
  };
  const masses = (stays: (id: number) => boolean): number => {
    let total = 0;
    for (let block = 0; block < blocks; block++) total += blockSum(block, (id) => (stays(id) ? weights[id]! : 0));
    return total;
  };
  return {
    scores: all.subarray(0, tokens),
    logs,
    weights,
    sums,
    total: 0,
    weighted: 0,
    get ids() {
      return ids;
    },
    get best() {
      return best;
    },
    peak: () => peakOf(all as Float32Array),
    findBest: (k) => found(bestOf(all as Float32Array, k, room())),
    findAbove(least, most) {
      const n = idsFrom(all as Float32Array, Math.max(least, -Number.MAX_VALUE), most, room());
      return n < 0 ? n : found(n);
    },
    weigh(scale, peak, least = -Infinity) {
      let total = 0;
      const lanes = new Float32Array(4);
      const gap = new Float64Array(1);
      for (let block = 0; block < blocks; block++) {
        lanes.fill(0);
        for (let id = block * BLOCK; id < (block + 1) * BLOCK; id++) {
          const score = all[id]!;
          gap[0] = score < least ? -Infinity : score * scale - peak;
          weighGap(gap, 0);
          weights[id] = gap[0]!;
          lanes[id & 3]! += gap[0]!;
        }
        total += sums[block] = lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!);
      }
      return (this.total = total);
    },
    keep(least) {
      let total = 0;
      for (let block = 0; block < blocks; block++) {
        for (let id = block * BLOCK; id < (block + 1) * BLOCK; id++) if (all[id]! < least) weights[id] = 0;
        total += sums[block] = blockSum(block, (id) => weights[id]!);
      }
      return (this.total = total);
    },
    weighLogs(scale, peak) {
      const total = this.weigh(scale, peak);
      this.weighted = 0;
      for (let id = 0; id < padded; id++) logs[id] = halfLog(all[id]! * scale - peak);
      for (let block = 0; block < blocks; block++)
        this.weighted += blockSum(block, (id) => Math.fround(weights[id]! * Math.max(SMALLEST, logs[id]!)));
      return total;
    },
    spread(scale, highest) {
      const gap = (id: number): number => (all[id]! > -Infinity ? all[id]! * scale - highest * scale : 0);
      let count = 0;
      let sum = 0;
      let squares = 0;
      for (let block = 0; block < blocks; block++) {
        const [lanes, squareLanes] = [new Float64Array(2), new Float64Array(2)];
        for (let id = block * BLOCK; id < (block + 1) * BLOCK; id += 4) {
          for (let lane = 0; lane < 2; lane++) {
            const [a, b] = [gap(id + lane), gap(id + lane + 2)];
            lanes[lane]! += a + b;
            squareLanes[lane]! += a * a + b * b;
          }
        }
        for (let id = block * BLOCK; id < (block + 1) * BLOCK; id++) if (all[id]! > -Infinity) count++;
        sum += lanes[0]! + lanes[1]!;
        squares += squareLanes[0]! + squareLanes[1]!;
      }
      return spreadOf(count, sum, squares, highest * scale);
    },
    massAbove: (score) => masses((id) => all[id]! > score),
    massNear: (centre, distance) => masses((id) => Math.abs(Math.fround(logs[id]! - centre)) < distance),
    countEqual(n, score) {
      let count = 0;
      for (let id = 0; id < n; id++) if (all[id] === score) count++;
      return count;
    },
    marks,
    mark(least) {
      marks.fill(0);
      let count = 0;
      for (let id = 0; id < tokens; id++) {
        if (!(all[id]! >= least && all[id]! > -Infinity)) continue;
        marks[id >>> 5]! |= 1 << (id & 31);
        count++;
      }
      return count;
    },
    markHeaviest: () => -1,
    at(target) {
      let before = 0;
      let block = 0;
      while (block < blocks - 1 && !(before + sums[block]! > target)) before += sums[block++]!;
      return within(weights, sums, block, target, before);
    },
  };
}

/** The sum of a block in the order of the kernel. */
function blockSum(
  block: number,
  of: (id: number) => number,
  lanes: Float32Array | Float64Array = new Float32Array(4),
): number {
  for (let id = block * BLOCK; id < (block + 1) * BLOCK; id++) lanes[id & 3]! += of(id);
  return lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!);
}
