import { LogitsError } from "../core/index.js";

/** Refuses a seed that would be taken for another one: it counts modulo 2³². */
export function checkSeed(action: string, seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return;
  throw new LogitsError("bad-argument", `Cannot ${action}: seed must be an integer 0 … 4294967295, got ${seed}`);
}
