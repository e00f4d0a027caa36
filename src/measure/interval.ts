import { quantile } from "../stats/quantile.js";

export interface Interval {
  bounds: [number, number];
  method: string;
}

const nameOf = (replicates: readonly number[]): string => `Poisson bootstrap of ${replicates.length}, 95 %`;

function quantiles(replicates: readonly number[]): [number, number] | undefined {
  const sorted = Float64Array.from(replicates.filter((replicate) => !Number.isNaN(replicate))).sort();
  if (sorted.length < replicates.length / 2 || sorted.length < 20) return undefined;
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** 95 % interval from bootstrap replicates: their percentiles. */
export function percentileInterval(replicates: readonly number[]): Interval | undefined {
  const bounds = quantiles(replicates);
  return bounds && { bounds, method: `${nameOf(replicates)}, percentile` };
}

/** The percentiles, moved by what the replicates' mean is above the value: they lie around it, not beside it. From 0 to 1. */
export function centredInterval(value: number, replicates: readonly number[]): Interval | undefined {
  const [low, high] = quantiles(replicates) ?? [];
  if (low === undefined || high === undefined) return undefined;
  const defined = replicates.filter((replicate) => !Number.isNaN(replicate));
  const excess = defined.reduce((sum, replicate) => sum + replicate, 0) / defined.length - value;
  const bounds: [number, number] = [Math.max(0, low - excess), Math.min(1, high - excess)];
  return { bounds, method: `${nameOf(replicates)}, percentile, centred` };
}

/**
 * 95 % interval of a measure that is biased upwards, as every calibration error is: noise counts as error, once in the value and twice in a replicate.
 *
 * The basic bootstrap 2θ̂ − q, clipped to the values there are, reflects that excess away, and may then exclude the biased value itself. But a replicate shows only
 * √2 − 1 parts of a bias that is all there is, so where confidence is honest the basic interval would lie above the truth, 0. Therefore it begins at 0
 * where the value is no more than noise: not above the 97.5th percentile of what the replicates' deviations alone amount to.
 *
 * @param noise that amount in replicate r; asked only where the basic interval lies above 0.
 * @param most the largest value there is; default none.
 */
export function biasedInterval(
  value: number,
  replicates: readonly number[],
  noise?: (replicate: number) => number,
  most: number = Infinity,
): Interval | undefined {
  const [low, high] = quantiles(replicates) ?? [];
  if (low === undefined || high === undefined) return undefined;
  const inside = (bound: number): number => Math.min(most, Math.max(0, bound));
  const bounds: [number, number] = [inside(2 * value - high), inside(2 * value - low)];
  if (bounds[0] > 0 && noise && isNoise(value, replicates.length, noise)) bounds[0] = 0;
  return { bounds, method: `${nameOf(replicates)}, basic (bias-corrected), from 0 within noise` };
}

/** Replicates that tell whether a value is far above all noise. */
const few = 20;

/** Whether a value lies so far above the noise of the first replicates that the others need not be asked. */
export function farAbove(value: number, noise: readonly number[]): boolean {
  return noise.length === few && Math.max(...noise) < value / 2;
}

function isNoise(value: number, count: number, noise: (replicate: number) => number): boolean {
  const seen: number[] = [];
  for (let r = 0; r < count; r++) {
    seen.push(noise(r));
    if (farAbove(value, seen)) return false;
  }
  return seen.filter((one) => one >= value).length > 0.025 * count;
}
