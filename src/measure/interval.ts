import { quantile } from "../stats/quantile.js";

/**
 * 95 % interval from bootstrap replicates.
 *
 * Percentiles for measures that are unbiased. A measure that is biased upwards, as every binned calibration error is (noise inside a bin counts as
 * error), is biased twice in a replicate; the basic bootstrap 2θ̂ − q reflects that excess away. It is clipped at 0, and may then exclude
 * the biased value itself. The correction is partial: where confidence is exactly honest a binned error is all bias, of which a replicate shows only
 * √2 − 1 parts, so the interval may then lie above 0.
 */
export function intervalOf(
  value: number,
  replicates: readonly number[],
  biasedUpwards: boolean,
): { bounds: [number, number]; method: string } | undefined {
  const sorted = Float64Array.from(replicates.filter((replicate) => !Number.isNaN(replicate))).sort();
  if (sorted.length < replicates.length / 2 || sorted.length < 20) return undefined;
  const low = quantile(sorted, 0.025);
  const high = quantile(sorted, 0.975);
  const name = `Poisson bootstrap of ${replicates.length}, 95 %`;
  if (!biasedUpwards) return { bounds: [low, high], method: `${name}, percentile` };
  return {
    bounds: [Math.max(0, 2 * value - high), Math.max(0, 2 * value - low)],
    method: `${name}, basic (bias-corrected)`,
  };
}
