import type { Metric } from "../core/index.js";
import type { Predictions } from "../core/index.js";

/** A weighted sum and its weight: the state of every measure that is a mean over rows. */
export interface MeanState {
  sum: number;
  weight: number;
}

type Described = Pick<Metric, "name" | "help" | "params" | "source" | "interval" | "better" | "convention">;

/** A measure that is the mean over rows of something computed from one row. */
export function meanMetric(described: Described, ofRow: (rows: Predictions, row: number) => number): Metric<MeanState> {
  // Bootstrap replicates weigh the same rows again and again: each row is computed once.
  const known = new WeakMap<Predictions, { values: Float64Array; finite: boolean }>();
  const valuesOf = (rows: Predictions): { values: Float64Array; finite: boolean } => {
    let computed = known.get(rows);
    if (!computed) {
      const values = new Float64Array(rows.rows);
      let finite = true;
      for (let row = 0; row < rows.rows; row++) {
        const value = ofRow(rows, row);
        values[row] = value;
        finite &&= Number.isFinite(value);
      }
      computed = { values, finite };
      known.set(rows, computed);
    }
    return computed;
  };
  return {
    ...described,
    family: "metric",
    state: "sums",
    init: () => ({ sum: 0, weight: 0 }),
    add(state, rows, weights) {
      // Summed apart from the state: a part's sum does not depend on what came before it.
      const { values, finite } = valuesOf(rows);
      let sum = 0;
      let weight = 0;
      if (weights && finite) {
        // Without a branch: whether a row is in a replicate is as good as random. In four sums, which need not wait for one another.
        const { rows: count } = rows;
        let [a, b, c, d] = [0, 0, 0, 0];
        let [u, v, x, y] = [0, 0, 0, 0];
        let row = 0;
        for (; row + 3 < count; row += 4) {
          a += weights[row]! * values[row]!;
          b += weights[row + 1]! * values[row + 1]!;
          c += weights[row + 2]! * values[row + 2]!;
          d += weights[row + 3]! * values[row + 3]!;
          u += weights[row]!;
          v += weights[row + 1]!;
          x += weights[row + 2]!;
          y += weights[row + 3]!;
        }
        for (; row < count; row++) {
          a += weights[row]! * values[row]!;
          u += weights[row]!;
        }
        sum = a + b + (c + d);
        weight = u + v + (x + y);
      } else
        for (let row = 0; row < rows.rows; row++) {
          const w = weights ? weights[row]! : 1;
          if (w === 0) continue;
          sum += w * values[row]!;
          weight += w;
        }
      state.sum += sum;
      state.weight += weight;
    },
    merge(into, from) {
      into.sum += from.sum;
      into.weight += from.weight;
      return into;
    },
    value: (state) => (state.weight > 0 ? state.sum / state.weight : NaN),
  };
}
