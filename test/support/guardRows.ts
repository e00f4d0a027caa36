import type { Batch } from "../../src/core/index.js";
import { uniform } from "../../src/core/rng.js";
import { scoresOf } from "./scores.js";

/** A rough normal number, keyed. */
const noise = (seed: number, row: number, k: number): number => {
  let sum = -3;
  for (let i = 0; i < 6; i++) sum += uniform(seed, "simulation", row, 10 * k + i);
  return sum * 1.4;
};

/** Rows of three classes as a network that knows them gives them: class 0 in `share` of the rows. */
export const benignRows = (rows: number, seed = 1, share = 0.6): Batch =>
  scoresOf(
    Array.from({ length: rows }, (_, row) => {
      const u = uniform(seed, "simulation", row, 1000);
      const own = u < share ? 0 : u < share + (1 - share) * 0.9 ? 1 : 2;
      const sure = own === 0 ? 8 : 6;
      return [0, 1, 2].map((k) => (k === own ? sure : 0) + noise(seed, row, k));
    }),
  );

/** Rows that were changed until class 0 just won. */
export const tornRows = (rows: number, seed = 7): Batch =>
  scoresOf(
    Array.from({ length: rows }, (_, row) => {
      const top = 4 + noise(seed, row, 0);
      return [top, top - 0.4 * uniform(seed, "simulation", row, 99), noise(seed, row, 2) - 4];
    }),
  );

/** Rows that were changed far beyond that. */
export const sureRows = (rows: number, seed = 8): Batch =>
  scoresOf(
    Array.from({ length: rows }, (_, row) => [22 + noise(seed, row, 0), noise(seed, row, 1), noise(seed, row, 2)]),
  );
