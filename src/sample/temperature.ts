import type { Reason, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { countOf, entropyOf, peakOf, probabilitiesOf, winnerOf } from "./row.js";

/**
 * Divides every score by the temperature: below 1 the distribution sharpens, above 1 it flattens.
 *
 *     z′ = z / T        at T = 0 only the most probable token is left (lowest id on ties)
 *
 * With a range δ > 0 the temperature follows the entropy H of the tokens left, n in number:
 *
 *     T′ = max(0, T − δ) + (T + δ − max(0, T − δ)) · (H / ln n)^e
 *
 * Removed tokens stay removed. Where a quotient would overflow, the distance to the largest score is divided instead.
 *
 * @param temperature T; range ≥ 0, default and no-op 1
 * @param dynatempRange δ; range ≥ 0, default and no-op 0
 * @param dynatempExponent e; range ≥ 0, default 1
 *
 * @example
 *     temperature.apply(Float64Array.of(3, 1), { temperature: 0.5 })   // [6, 2]
 */
export const temperature: Sampler = defineSampler({
  name: "temperature",
  role: "shape",
  help: "Divides every score by T: below 1 sharpens, above 1 flattens, 0 takes the most probable token",
  params: [
    {
      name: "temperature",
      type: "number",
      min: 0,
      default: 1,
      noop: 1,
      help: "T, by which scores are divided; 0 takes the most probable token",
    },
    {
      name: "dynatempRange",
      type: "number",
      min: 0,
      default: 0,
      noop: 0,
      help: "T follows the entropy between T − δ and T + δ",
    },
    { name: "dynatempExponent", type: "number", min: 0, default: 1, help: "Power of the relative entropy in it" },
  ],
  source: "llama.cpp, llama_sampler_init_temp_ext; Guo et al., ICML 2017",
  change(row, params) {
    const fixed = numberOf(params, "temperature");
    const range = numberOf(params, "dynatempRange");
    divide(row, range > 0 ? entropyTemperature(row, fixed, range, numberOf(params, "dynatempExponent")) : fixed);
  },
  reasons: (row) => coldReasons(row),
});

/** Why a division left nothing of a token: by 0, or by so little that its score has no number. */
export function coldReasons(row: Float64Array): (id: number) => Reason {
  const peak = peakOf(row);
  const winner = winnerOf(row);
  return (id) => ({
    value: peak === row[id] ? id : row[id]!,
    limit: peak === row[id] ? winner : peak,
    text: `its score is ${row[id]}, and a temperature of 0 leaves only token ${winner}, whose score is ${peak}`,
  });
}

function entropyTemperature(row: Float64Array, fixed: number, range: number, exponent: number): number {
  const low = Math.max(0, fixed - range);
  return temperatureBetween(row, low, fixed + range, exponent, countOf(row)) ?? fixed;
}

/** Undefined where there is only one token: its entropy says nothing. */
export function temperatureBetween(
  row: Float64Array,
  low: number,
  high: number,
  exponent: number,
  count: number,
): number | undefined {
  if (count <= 1) return undefined;
  return low + (high - low) * (entropyOf(probabilitiesOf(row)) / Math.log(count)) ** exponent;
}

export function divide(row: Float64Array, by: number): void {
  if (by > 0) {
    const scale = 1 / by;
    const peak = peakOf(row);
    // A constant less changes nothing, and what is 0 or below cannot overflow to +Infinity.
    const shift = Number.isFinite(peak * scale) ? 0 : peak;
    // By the reciprocal, as the kernels do, where there is one.
    if (scale < Infinity) for (let id = 0; id < row.length; id++) row[id] = (row[id]! - shift) * scale;
    else for (let id = 0; id < row.length; id++) row[id] = (row[id]! - shift) / by;
  } else {
    const winner = winnerOf(row);
    for (let id = 0; id < row.length; id++) if (id !== winner) row[id] = -Infinity;
  }
}
