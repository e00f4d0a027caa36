import { LogitsError } from "../errors.js";
import { badRow, type Floats, isRows, outputOf, type Row, type Rows, view } from "./row.js";

/** A number made from the scores `values[start … end − 1]`; NaN says that the row has none. */
export type RowNumber = (values: Row, start: number, end: number, row: number) => number;

/** One number for a row, one a row for many. */
export function numberPerRow<Out extends Floats>(
  action: string,
  given: Row | Rows,
  out: Out | undefined,
  compute: RowNumber,
): number | Out {
  const from = view(action, given);
  const { classes } = from;
  const values = from.values as Row;
  const at = (row: number): number => {
    const value = compute(values, row * classes, (row + 1) * classes, row);
    if (Number.isNaN(value)) throw badRow(from, row);
    return value;
  };
  if (!isRows(given)) return at(0);
  const result = outputOf(action, out, from.rows);
  for (let row = 0; row < from.rows; row++) result[row] = at(row);
  return result;
}

/** Writes a row of the same length to `out[start … end − 1]`; false says that the row cannot be computed. */
export type RowTransform = (values: Row, start: number, end: number, out: Floats) => boolean;

/** A row for a row, rows × classes for many. */
export function rowPerRow<Out extends Floats>(
  action: string,
  given: Row | Rows,
  out: Out | undefined,
  transform: RowTransform,
): Out {
  const from = view(action, given);
  const { rows, classes } = from;
  const result = outputOf(action, out, rows * classes);
  for (let row = 0; row < rows; row++) {
    if (!transform(from.values as Row, row * classes, (row + 1) * classes, result)) throw badRow(from, row);
  }
  return result;
}

/** A function of single logits, for one, for a row and for many rows. */
export function elementwise<Out extends Floats>(
  action: string,
  given: number | Row | Rows,
  out: Out | undefined,
  compute: (z: number) => number,
): number | Out {
  if (typeof given === "number") {
    if (given < Infinity) return compute(given);
    throw new LogitsError("not-finite", `Cannot compute ${action}: a score must be finite or -Infinity, got ${given}`);
  }
  const from = view(action, given);
  const result = outputOf(action, out, from.rows * from.classes);
  for (let i = 0; i < result.length; i++) {
    const z = from.values[i]!;
    if (!(z < Infinity)) throw badRow(from, Math.floor(i / from.classes));
    result[i] = compute(z);
  }
  return result;
}
