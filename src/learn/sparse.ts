import { LogitsError } from "../core/index.js";
import { sizeOf } from "./examples.js";

/** Rows that are mostly 0, such as bags of words: only what is not 0 is kept (compressed rows, `scipy.sparse.csr_array`). */
export interface SparseExamples {
  /** Row i has the places `starts[i]` … `starts[i + 1]` − 1 of `columns` and `values`: one number more than there are rows. */
  starts: Int32Array;
  /** The feature of each place, 0 … features − 1, at most once a row. */
  columns: Int32Array;
  /** Its value; default 1 everywhere. */
  values?: Float32Array;
  /** [features]. */
  shape: readonly number[];
  /** The class of each row, 0 … classes − 1. */
  labels: Int32Array;
  classes: readonly string[];
  ids?: readonly string[];
}

export const isSparse = (examples: object): examples is SparseExamples => "starts" in examples;

/**
 * Sparse rows from the features that each has, with value 1.
 *
 * @example
 *     bags([[0, 2], [1]], { shape: [3], labels: Int32Array.of(1, 0), classes: ["ham", "spam"] })
 */
export function bags(
  rows: readonly ArrayLike<number>[],
  { shape, labels, classes, ids }: Pick<SparseExamples, "shape" | "labels" | "classes" | "ids">,
): SparseExamples {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach(({ length }, row) => {
    starts[row + 1] = starts[row]! + length;
  });
  const columns = new Int32Array(starts[rows.length]!);
  rows.forEach((features, row) => columns.set(features, starts[row]!));
  return { starts, columns, shape, labels, classes, ...(ids && { ids }) };
}

/** Refuses what cannot be learned from. */
export function checkSparse(action: string, examples: SparseExamples): void {
  const { starts, columns, values, shape, labels, classes, ids } = examples;
  const refuse = (what: string, row?: number): never => {
    throw new LogitsError("bad-data", `Cannot ${action}: ${what}`, row === undefined ? {} : { row });
  };
  const rows = labels.length;
  const features = sizeOf(shape);
  if (rows === 0) refuse("there must be at least one example, got none");
  if (starts.length !== rows + 1)
    refuse(`starts must be ${rows + 1} numbers, one more than rows, got ${starts.length}`);
  if (starts[0] !== 0 || starts[rows] !== columns.length)
    refuse(`starts must go from 0 to ${columns.length}, got ${starts[0]} to ${starts[rows]}`);
  if (values && values.length !== columns.length)
    refuse(`there must be one value a column (${columns.length}), got ${values.length}`);
  if (ids && ids.length !== rows) refuse(`there must be one id an example (${rows}), got ${ids.length}`);
  const lastRowWith = new Int32Array(features).fill(-1);
  for (let row = 0; row < rows; row++) {
    const label = labels[row]!;
    if (!(label >= 0 && label < classes.length))
      refuse(`a label must be 0 … ${classes.length - 1}, got ${label} at example ${row}`, row);
    if (starts[row]! > starts[row + 1]!)
      refuse(`starts must not fall, got ${starts[row]} before ${starts[row + 1]}`, row);
    for (let at = starts[row]!; at < starts[row + 1]!; at++) {
      const column = columns[at]!;
      if (!(column >= 0 && column < features))
        refuse(`a column must be 0 … ${features - 1}, got ${column} at example ${row}`, row);
      if (lastRowWith[column] === row)
        refuse(`a column must occur once an example, got ${column} twice at ${row}`, row);
      lastRowWith[column] = row;
      if (values && !Number.isFinite(values[at]))
        refuse(`values must be finite, got ${values[at]} at example ${row}, column ${column}`, row);
    }
  }
}
