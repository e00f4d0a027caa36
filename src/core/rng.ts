import { philox, philoxRun, wordOrder } from "../kernels/index.js";

export { philox };

/** What randomness is used for: keeps one seed from giving the same words to two purposes. */
export type Purpose =
  | "bootstrap"
  | "folds"
  | "shuffle"
  | "sample"
  | "simulation"
  | "dice"
  | "gumbel"
  | "verify"
  | "weights"
  | "augment"
  | "noise"
  | "normal"
  | "ties"
  | "sets";
const purposes: Record<Purpose, number> = {
  bootstrap: 1,
  folds: 2,
  shuffle: 3,
  sample: 4,
  simulation: 5,
  dice: 6,
  gumbel: 7,
  verify: 8,
  weights: 9,
  augment: 10,
  noise: 11,
  normal: 12,
  ties: 20,
  sets: 13,
};

/** A uniform number in [0, 1) with 53 bits, keyed by (seed, purpose, a, b). */
export function uniform(seed: number, purpose: Purpose, a: number, b = 0): number {
  uniformTo(last, seed, purpose, a, b, 0);
  return last[0]!;
}

/** The same, keyed by b + 2³²·more, to the first place of an array: a number that a large function returns is allocated. */
export function uniformTo(out: Float64Array, seed: number, purpose: Purpose, a: number, b: number, more: number): void {
  counter[0] = a >>> 0;
  counter[1] = Math.floor(a / 2 ** 32);
  counter[2] = b >>> 0;
  counter[3] = Math.floor(b / 2 ** 32) + more;
  key[0] = seed >>> 0;
  key[1] = purposes[purpose];
  philox(counter, key, words);
  out[0] = (words[0]! * 2 ** 21 + (words[1]! >>> 11)) / 2 ** 53;
}

const last = new Float64Array(1);

/** Four uniform numbers in [0, 1) with 32 bits each, keyed by (seed, purpose, a, b): for a number a row, at a quarter of the work. */
export function uniformsTo(out: Float64Array, seed: number, purpose: Purpose, a: number, b: number): void {
  counter[0] = a >>> 0;
  counter[1] = Math.floor(a / 2 ** 32);
  counter[2] = b >>> 0;
  counter[3] = 0;
  key[0] = seed >>> 0;
  key[1] = purposes[purpose];
  philox(counter, key, words);
  for (let lane = 0; lane < 4; lane++) out[lane] = words[lane]! / 2 ** 32;
}

/** The same four for a, a + 1, a + 2 …, one after another, until `out` is full: its length is a multiple of 4. */
export function uniformRuns(out: Float64Array, seed: number, purpose: Purpose, a: number, b: number): void {
  const run = new Uint32Array(out.length);
  philoxRun(a, b, 0, [seed >>> 0, purposes[purpose]], out.length / 4, run);
  for (let i = 0; i < out.length; i++) out[i] = run[i]! / 2 ** 32;
}

/**
 * Standard normal numbers, keyed by (seed, a, b) and place: four from one call of the generator, by Box and Muller's transform of words of 32 bits, so none is
 * beyond ±6.67. A longer `out` begins with the same numbers.
 */
export function normals<Out extends Float32Array | Float64Array>(seed: number, a: number, b: number, out: Out): Out {
  const counter = [0, a, b, 0];
  const key = [seed >>> 0, purposes.normal];
  for (let i = 0; i < out.length; i += 4) {
    counter[0] = i / 4;
    philox(counter, key, words);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[pair]! + 1) / 2 ** 32));
      const angle = (words[pair + 1]! * 2 * Math.PI) / 2 ** 32;
      out[i + pair] = radius * Math.cos(angle);
      out[i + pair + 1] = radius * Math.sin(angle);
    }
  }
  return out;
}

const words = new Uint32Array(4);
const counter = new Uint32Array(4);
const key = new Uint32Array(2);

// Cumulative Poisson(1) probabilities × 2^32: more than 12 has probability below 2^-32.
const poissonSteps: readonly number[] = (() => {
  const steps: number[] = [];
  let p = Math.exp(-1);
  let sum = 0;
  for (let k = 0; k < 13; k++) {
    sum += p;
    steps.push(sum * 2 ** 32);
    p /= k + 1;
  }
  return steps;
})();

function poisson(word: number): number {
  let k = 0;
  while (k < 12 && word >= poissonSteps[k]!) k++;
  return k;
}

/**
 * Bootstrap weights, Poisson with mean 1, of rows `offset` … `offset + rows − 1` in replicates `4·quad` … `4·quad + 3`: one array a replicate.
 * Row i of replicate r always has the same weight under the same seed.
 */
export function bootstrapWeights(
  seed: number,
  quad: number,
  offset: number,
  rows: number,
  out: readonly Float64Array[],
): void {
  const counter = [0, 0, quad, 0];
  const key = [seed >>> 0, purposes.bootstrap];
  for (let row = 0; row < rows; row++) {
    const index = offset + row;
    counter[0] = index >>> 0;
    counter[1] = Math.floor(index / 2 ** 32);
    philox(counter, key, words);
    for (let lane = 0; lane < 4; lane++) out[lane]![row] = poisson(words[lane]!);
  }
}

/** A permutation of 0 … n − 1, the same for a seed wherever it runs; another for each `round`: the order of `uniform(seed, purpose, i, round)`. */
export function shuffled(n: number, seed: number, purpose: Purpose = "shuffle", round = 0): Uint32Array {
  const words = new Uint32Array(4 * n);
  philoxRun(0, round >>> 0, Math.floor(round / 2 ** 32), [seed >>> 0, purposes[purpose]], n, words);
  const [high, low] = [new Uint32Array(n), new Uint32Array(n)];
  for (let i = 0; i < n; i++) {
    high[i] = words[4 * i]!;
    low[i] = words[4 * i + 1]! >>> 11;
  }
  return wordOrder(high, low);
}
