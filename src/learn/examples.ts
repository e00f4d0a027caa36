import { LogitsError } from "../core/index.js";

/** Pictures, or other arrays of one shape, and what they show. */
export interface Examples {
  /** Example after example; bytes stand for shares of 255. Pictures: row by row, the channels of a pixel together. */
  values: Uint8Array | Float32Array;
  /** Of one example: [height, width, channels] or [features]. */
  shape: readonly number[];
  /** The class of each, 0 … classes − 1. */
  labels: Int32Array;
  classes: readonly string[];
  ids?: readonly string[];
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Refuses what cannot be learned from. */
export function checkExamples(action: string, { values, shape, labels, classes, ids }: Examples): void {
  const refuse = (what: string, where: { row?: number } = {}): never => {
    throw new LogitsError("bad-data", `Cannot ${action}: ${what}`, where);
  };
  const size = sizeOf(shape);
  if (labels.length === 0) refuse("there must be at least one example, got none");
  if (values.length !== labels.length * size)
    refuse(
      `${labels.length} examples of ${shape.join(" × ")} must be ${labels.length * size} numbers, got ${values.length}`,
    );
  if (ids && ids.length !== labels.length)
    refuse(`there must be one id an example (${labels.length}), got ${ids.length}`);
  labels.forEach((label, row) => {
    if (!(label >= 0 && label < classes.length))
      refuse(`a label must be 0 … ${classes.length - 1}, got ${label} at example ${row}`, { row });
  });
  if (values instanceof Float32Array)
    values.forEach((value, i) => {
      if (!Number.isFinite(value)) {
        const row = Math.floor(i / size);
        refuse(`values must be finite, got ${value} at example ${row}, place ${i % size}`, { row });
      }
    });
}

/** Some examples, in this order, as numbers. */
export function gather({ values, shape }: Pick<Examples, "values" | "shape">, rows: ArrayLike<number>): Float32Array {
  const size = sizeOf(shape);
  const out = new Float32Array(rows.length * size);
  const bytes = values instanceof Uint8Array;
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * size;
    if (bytes) for (let k = 0; k < size; k++) out[i * size + k] = values[from + k]! / 255;
    else out.set(values.subarray(from, from + size), i * size);
  }
  return out;
}

/**
 * Some examples, in this order.
 *
 * @throws "bad-argument" for a row that is not there
 * @example
 *     select(examples, [0, 1, 2])   // the first three
 */
export function select(examples: Examples, rows: ArrayLike<number>): Examples {
  const { values, shape, labels, ids } = examples;
  const size = sizeOf(shape);
  for (let i = 0; i < rows.length; i++)
    if (!(Number.isInteger(rows[i]) && rows[i]! >= 0 && rows[i]! < labels.length))
      throw new LogitsError(
        "bad-argument",
        `Cannot select examples: a row must be an integer 0 … ${labels.length - 1}, got ${rows[i]}`,
      );
  const some = values instanceof Uint8Array ? new Uint8Array(rows.length * size) : new Float32Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) some.set(values.subarray(rows[i]! * size, (rows[i]! + 1) * size), i * size);
  return {
    ...examples,
    values: some,
    labels: Int32Array.from(rows, (row) => labels[row]!),
    ...(ids && { ids: Array.from(rows, (row) => ids[row]!) }),
  };
}
