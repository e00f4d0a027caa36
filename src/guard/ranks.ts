import { countBelow, countUpTo } from "../stats/bisect.js";
import type { Detector, Guard, GuardRows } from "./method.js";
import { type Knots, standing } from "./standing.js";

/** Where a value lies among sorted benign ones, itself among them: shares of those that are at most, and at least, as large. */
export function shares(sorted: ArrayLike<number>, value: number): { below: number; above: number } {
  const n = sorted.length;
  return { below: (countUpTo(sorted, value) + 1) / (n + 1), above: (n - countBelow(sorted, value) + 1) / (n + 1) };
}

/** Twice the smaller share: a valid p-value for either side, since each is one alone. */
export const twoSided = (below: number, above: number): number => Math.min(1, 2 * Math.min(below, above));

/**
 * The combined statistic, the higher the more unusual: Fisher's −2 Σ ln p, or −2 ln of the smallest p. p-values of one row depend on each other, so neither has
 * a law of its own here: Fisher's is ranked again among benign rows, the smallest p is multiplied by their number.
 */
export function combine(method: Guard["method"], values: readonly number[]): number {
  if (method === "bonferroni") return -2 * Math.log(Math.min(...values));
  return -2 * values.reduce((sum, p) => sum + Math.log(p), 0);
}

/** A detector that has what it learned. */
export interface Ready {
  detector: Detector;
  values(rows: GuardRows): Float64Array;
}

/** Where rows lie among benign ones. */
export interface Placed {
  /** rows × detectors. */
  value: Float64Array;
  below: Float64Array;
  above: Float64Array;
  standing: Float64Array;
  /** The combined statistic of each row. */
  score: Float64Array;
  /** The group that each row was ranked in. */
  group: string[];
}

export const POOLED = "pooled";

/** Ranks rows among benign ones of their group. */
export function place(
  method: Guard["method"],
  ready: readonly Ready[],
  ranks: ReadonlyMap<string, readonly Float64Array[]>,
  scale: ReadonlyMap<string, readonly Knots[]>,
  rows: GuardRows,
): Placed {
  const count = rows.scores.rows;
  const width = ready.length;
  const measured = ready.map(({ values }) => values(rows));
  const numbers = (): Float64Array => new Float64Array(count * width);
  const [value, below, above, stands] = [numbers(), numbers(), numbers(), numbers()];
  const score = new Float64Array(count);
  const group: string[] = [];
  const together = ready.flatMap(({ detector }, d) => (detector.combined ? [d] : []));
  const p = new Array<number>(together.length);
  for (let row = 0; row < count; row++) {
    const own = String(rows.scores.predicted[row]!);
    const name = ranks.has(own) ? own : POOLED;
    const sorted = ranks.get(name)!;
    const knots = scale.get(name)!;
    for (let d = 0; d < width; d++) {
      const at = row * width + d;
      value[at] = measured[d]![row]!;
      const found = shares(sorted[d]!, value[at]!);
      below[at] = found.below;
      above[at] = found.above;
      stands[at] = standing(knots[d]!, value[at]!);
    }
    together.forEach((d, i) => {
      const at = row * width + d;
      p[i] = twoSided(below[at]!, above[at]!);
    });
    score[row] = combine(method, p);
    group.push(name);
  }
  return { value, below, above, standing: stands, score, group };
}
