import { clopperPearson } from "./clopperPearson.js";

/** A share, and its interval: 95 % where nothing else is said. */
export interface Rate {
  value: number;
  ci: [number, number];
}

/**
 * `count` of `n` with the Clopper–Pearson interval; NaN and [0, 1] of none.
 *
 * @example
 *     proportion(5, 10)  // { value: 0.5, ci: [0.187…, 0.812…] }
 */
export function proportion(count: number, n: number, confidence = 0.95): Rate {
  return { value: count / n, ci: clopperPearson(count, n, confidence) };
}
