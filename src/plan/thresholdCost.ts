import type { BandCounts, BandRates, Rate, Wish } from "../decide/index.js";

/** Mean cost of a row, with limits from those of the rates that it is a sum of. */
export function thresholdCost(
  counts: BandCounts,
  { asked }: BandRates,
  { fp, fn, ask = 0 }: NonNullable<Wish["costs"]>,
  prior: number | undefined,
  limit: number,
): Rate {
  const negatives = counts.alertedNegatives + counts.askedNegatives + counts.passedNegatives;
  const positives = counts.alertedPositives + counts.askedPositives + counts.passedPositives;
  const share = prior ?? positives / (positives + negatives);
  const [w, v] = [(1 - share) / negatives, share / positives];
  const value = w * fp * counts.alertedNegatives + v * fn * counts.passedPositives + ask * (asked?.value ?? 0);
  // Variance of the mean of a cost that takes one of four values within each kind of row.
  const variance = (parts: [number, number][], n: number): number => {
    const mean = parts.reduce((sum, [cost, count]) => sum + (cost * count) / n, 0);
    return parts.reduce((sum, [cost, count]) => sum + ((cost - mean) ** 2 * count) / n, 0) / n;
  };
  const spread = Math.sqrt(
    (1 - share) ** 2 *
      variance(
        [
          [fp, counts.alertedNegatives],
          [ask, counts.askedNegatives],
          [0, counts.passedNegatives],
        ],
        negatives,
      ) +
      share ** 2 *
        variance(
          [
            [0, counts.alertedPositives],
            [ask, counts.askedPositives],
            [fn, counts.passedPositives],
          ],
          positives,
        ),
  );
  return { value, ci: [Math.max(0, value - limit * spread), value + limit * spread] };
}
