/**
 * Columns of equal length, one after another in `columns`, into the rows of a row-major matrix: column k of them becomes column `first` + k.
 * Sixteen columns at a time fill whole cache lines of f32 rows.
 */
export function columnsToRows(
  columns: Float32Array | Float64Array,
  count: number,
  rows: number,
  out: Float32Array | Float64Array,
  width: number,
  first: number,
): void {
  for (let row = 0; row < rows; row++) {
    let to = row * width + first;
    for (let from = row; from < count * rows; from += rows) out[to++] = columns[from]!;
  }
}
