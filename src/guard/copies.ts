import { LogitsError, notFinite, type Replicates } from "../core/index.js";
import type { GuardRows } from "./method.js";

/** A number for each row from the logits of its replicates. */
export function eachCopy(
  { scores: { rows, classes }, replicates }: GuardRows,
  value: (copies: Float64Array[], row: number) => number,
): Float64Array {
  const { values, replicates: count } = replicates!;
  return new Float64Array(rows).map((_, row) => {
    const copies = Array.from({ length: count }, (_none, r) => {
      const start = (row * count + r) * classes;
      return Float64Array.from(values.subarray(start, start + classes));
    });
    return value(copies, row);
  });
}

/** Softmax of one row. */
export function probabilities(z: Float64Array): Float64Array {
  let most = -Infinity;
  for (const value of z) most = Math.max(most, value);
  const p = z.map((value) => Math.exp(value - most));
  const sum = p.reduce((all, value) => all + value, 0);
  return p.map((value) => value / sum);
}

/** −Σ p ln p in nats. */
export function entropyOf(p: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < p.length; k++) if (p[k]! > 0) sum -= p[k]! * Math.log(p[k]!);
  return sum;
}

/** Checks that replicates are of these rows, and that each has probabilities. */
export function checkReplicates(found: Replicates, rows: number, classes: number): void {
  const { values, replicates } = found;
  if (found.rows !== rows || found.classes !== classes || values.length !== rows * replicates * classes)
    throw new LogitsError(
      "mismatch",
      `Cannot use these replicates: there must be some for each of ${rows} rows of ${classes} classes, got ${found.rows} rows of ${found.classes}`,
    );
  if (!(Number.isInteger(replicates) && replicates >= 2))
    throw new LogitsError("bad-data", `Cannot use these replicates: there must be at least 2 a row, got ${replicates}`);
  for (let at = 0; at < rows * replicates; at++) {
    let open = false;
    for (let k = 0; k < classes; k++) {
      const value = values[at * classes + k]!;
      if (!(value < Infinity)) open = false;
      else if (value > -Infinity) open = true;
      if (!(value < Infinity)) break;
    }
    if (!open) {
      const batch = {
        kind: "logits" as const,
        values: values.subarray(at * classes, (at + 1) * classes),
        rows: 1,
        classes,
      };
      throw notFinite({ ...batch, offset: Math.floor(at / replicates) }, 0);
    }
  }
}
