import { uniform as random } from "../core/rng.js";

/** Numbers of a full distribution, computed the plain way. */
export interface Full {
  entropy(temperature: number): number;
  probability(index: number, temperature: number): number;
  topPSize(p: number, temperature: number): number;
  minPCount(m: number, temperature: number): number;
  topKMass(k: number, temperature: number): number;
}

/** A full distribution from scores of any scale, most probable first. */
export function fullOf(scores: ArrayLike<number>): Full & { logprobs: Float64Array } {
  const sorted = Float64Array.from(scores).sort((a, b) => b - a);
  const lse = logSumExp(sorted, 1);
  const logprobs = sorted.map((score) => score - lse);
  const at = (temperature: number): Float64Array => {
    const z = logSumExp(logprobs, temperature);
    return logprobs.map((l) => l / temperature - z);
  };
  return {
    logprobs,
    entropy: (temperature) => {
      let sum = 0;
      for (const l of at(temperature)) if (l > -Infinity) sum -= l * Math.exp(l);
      return sum;
    },
    probability: (index, temperature) => Math.exp(at(temperature)[index]!),
    topPSize: (p, temperature) => {
      let sum = 0;
      const all = at(temperature);
      for (let i = 0; i < all.length; i++) {
        sum += Math.exp(all[i]!);
        if (sum >= p) return i + 1;
      }
      return all.length;
    },
    minPCount: (m, temperature) => at(temperature).filter((l, _, all) => l >= all[0]! + Math.log(m)).length,
    topKMass: (k, temperature) =>
      at(temperature)
        .subarray(0, k)
        .reduce((sum, l) => sum + Math.exp(l), 0),
  };
}

function logSumExp(z: Float64Array, temperature: number): number {
  const max = z.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const x of z) sum += Math.exp((x - max) / temperature);
  return max / temperature + Math.log(sum);
}

/** Scores of `size` classes whose spread is itself random: from nearly uniform to nearly certain. */
export function randomScores(seed: number, size: number): Float64Array {
  const spread = 12 * random(seed, "simulation", 0) ** 2;
  return Float64Array.from({ length: size }, (_, i) => spread * gaussian(seed, i + 1));
}

const gaussian = (seed: number, i: number): number =>
  Math.sqrt(-2 * Math.log(1 - random(seed, "simulation", i, 1))) *
  Math.cos(2 * Math.PI * random(seed, "simulation", i, 2));

/** Unseen probabilities as concentrated, and as even, as `cap` lets them be. */
export function completions(
  listed: ArrayLike<number>,
  others: number,
): { concentrated: Float64Array; uniform: Float64Array } {
  const p = Float64Array.from(listed, Math.exp);
  const mass = 1 - p.reduce((sum, each) => sum + each, 0);
  const cap = p.at(-1)!;
  const together = new Float64Array(others);
  let left = mass;
  for (let i = 0; i < others && left > 0; i++) {
    together[i] = Math.min(cap, left);
    left -= together[i]!;
  }
  const join = (unseen: Float64Array): Float64Array => Float64Array.from([...p, ...unseen], Math.log);
  return { concentrated: join(together), uniform: join(new Float64Array(others).fill(mass / others)) };
}
