import { quantile } from "../stats/quantile.js";

/** A map of one detector's values in one group onto a common scale: rising values, evenly far apart in rank. */
export type Knots = ArrayLike<number>;

/** At most so many steps from the lowest value to the highest. */
const steps = 32;

/** The values at even ranks among sorted ones of benign rows, each once. */
export function knotsOf(sorted: Float64Array): Knots {
  const count = Math.min(steps, sorted.length - 1);
  const knots = Array.from({ length: count + 1 }, (_, i) => quantile(sorted, count > 0 ? i / count : 0));
  return Float64Array.from(new Set(knots));
}

/**
 * Where a value stands: 0 at the lowest knot, 1 at the highest, by line segments between and beyond. Unlike a rank it tells values beyond all benign ones
 * apart, and unlike the value it is the same thing in every group.
 */
export function standing(knots: Knots, value: number): number {
  const last = knots.length - 1;
  const [low, high] = [knots[0]!, knots[last]!];
  const width = high > low ? high - low : 1;
  if (value <= low) return Math.max((value - low) / width, -limit);
  if (value >= high) return Math.min(1 + (value - high) / width, limit);
  let [below, above] = [0, last];
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if (knots[middle]! <= value) below = middle;
    else above = middle;
  }
  return (below + (value - knots[below]!) / (knots[above]! - knots[below]!)) / last;
}

/** What documents can hold. */
const limit = 1e300;
