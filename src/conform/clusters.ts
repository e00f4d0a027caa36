import { shuffled } from "../core/index.js";
import { rowsNeeded } from "./rank.js";

/** Which classes share a threshold: `of[class]` in 0 … count − 1; class rows that were looked at for this, and are not used again. */
export interface Clusters {
  of: number[];
  count: number;
  /** Classes with too few rows: they share the last threshold, of all rows. */
  rare: number[];
  /** Rows from which the thresholds may be taken. */
  rest: number[];
}

/**
 * Classes whose scores are distributed alike, after Ding et al.: some rows of each class describe it by quantiles of its scores (.5, .6, .7, .8, .9 and 1 − α);
 * weighted k-means groups these; the other rows give each cluster its threshold. Classes with fewer than ⌈1/α⌉ − 1 rows share one threshold of all rows.
 *
 * With ñ the rows of the rarest class, at least ⌈1/α⌉ − 1, and K̃ the classes that are not rare: γ = K̃/(75 + K̃) of a class's rows describe it, and there are
 * ⌊γñ/2⌋ clusters, unless `wanted` says how many.
 *
 * Ding, Angelopoulos, Bates, Jordan & Tibshirani, NeurIPS 2023, §2.2 and appendix B.
 */
export function clusterClasses(
  scores: Float64Array,
  byClass: readonly number[][],
  alpha: number,
  seed: number,
  wanted?: number,
): Clusters {
  const needed = Math.max(1, rowsNeeded(alpha));
  const common = byClass.flatMap((rows, k) => (rows.length >= needed ? [k] : []));
  const rare = byClass.flatMap((rows, k) => (rows.length >= needed ? [] : [k]));
  const fewest = Math.max(needed, Math.min(...byClass.map(({ length }) => length)));
  const share = common.length / (75 + common.length);
  const most = wanted ?? Math.floor((Math.floor(fewest * share) || 0) / 2);
  const count = Math.max(1, Math.min(most, common.length));
  const rest: number[] = rare.flatMap((k) => byClass[k]!);
  const points: number[][] = [];
  const weights: number[] = [];
  for (const k of common) {
    const rows = byClass[k]!;
    const order = shuffled(rows.length, seed, "folds", k);
    const described = count > 1 ? Math.max(1, Math.floor(share * rows.length)) : 0;
    const own = Float64Array.from(order.slice(0, described), (at) => scores[rows[at]!]!).sort();
    points.push([0.5, 0.6, 0.7, 0.8, 0.9, 1 - alpha].map((q) => quantile(own, q)));
    weights.push(Math.sqrt(described));
    for (const at of order.slice(described)) rest.push(rows[at]!);
  }
  const assigned = count > 1 ? kMeans(points, weights, count) : points.map(() => 0);
  const of = byClass.map(() => count);
  for (const [i, k] of common.entries()) of[k] = assigned[i]!;
  return { of, count, rare, rest };
}

/** The ⌈qn⌉-th smallest; infinite ones count as the largest that is not. */
function quantile(sorted: Float64Array, q: number): number {
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
  if (Number.isFinite(value)) return value;
  return sorted.findLast(Number.isFinite) ?? 0;
}

const squared = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0);

/** Lloyd's steps from centres that are far apart: the heaviest point, then each time the point with the greatest weighted distance. No draw is needed. */
function kMeans(points: readonly number[][], weights: readonly number[], count: number): number[] {
  const centres = [points[weights.indexOf(Math.max(...weights))]!.slice()];
  while (centres.length < count) {
    const far = points.map((point, i) => weights[i]! * Math.min(...centres.map((centre) => squared(point, centre))));
    centres.push(points[far.indexOf(Math.max(...far))]!.slice());
  }
  let assigned: number[] = [];
  for (let step = 0; step < 100; step++) {
    const next = points.map((point) => {
      const distances = centres.map((centre) => squared(point, centre));
      return distances.indexOf(Math.min(...distances));
    });
    if (step > 0 && next.every((at, i) => at === assigned[i])) break;
    assigned = next;
    for (let c = 0; c < count; c++) {
      const own = points.flatMap((_, i) => (assigned[i] === c ? [i] : []));
      const total = own.reduce((sum, i) => sum + weights[i]!, 0);
      if (total > 0)
        centres[c] = centres[c]!.map((_, d) => own.reduce((sum, i) => sum + weights[i]! * points[i]![d]!, 0) / total);
    }
  }
  return assigned;
}
