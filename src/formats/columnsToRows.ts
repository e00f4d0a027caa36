/** Rows that are written together, so that their cache lines are still at hand for the next columns. */
const tile = 64;

/**
 * Columns of equal length, one after another in `columns`, into the rows of a row-major matrix `width` wide: column k of them becomes column `first` + k.
 * Eight columns at a time are read as eight forward streams; one at a time, every write would fetch its cache line anew.
 */
export function columnsToRows(
  columns: Float32Array | Float64Array,
  count: number,
  rows: number,
  out: Float32Array | Float64Array,
  width: number,
  first: number,
): void {
  for (let start = 0; start < rows; start += tile) {
    const end = Math.min(start + tile, rows);
    let k = 0;
    for (; k + 8 <= count; k += 8)
      eightColumns(columns, k * rows + start, rows, end - start, out, start * width + first + k, width);
    for (; k < count; k++) {
      for (let row = start; row < end; row++) out[row * width + first + k] = columns[k * rows + row]!;
    }
  }
}

function eightColumns(
  columns: Float32Array | Float64Array,
  from: number,
  step: number,
  rows: number,
  out: Float32Array | Float64Array,
  at: number,
  width: number,
): void {
  let [a, b, c, d] = [from, from + step, from + 2 * step, from + 3 * step];
  let [e, f, g, h] = [from + 4 * step, from + 5 * step, from + 6 * step, from + 7 * step];
  let to = at;
  for (let row = 0; row < rows; row++) {
    out[to] = columns[a++]!;
    out[to + 1] = columns[b++]!;
    out[to + 2] = columns[c++]!;
    out[to + 3] = columns[d++]!;
    out[to + 4] = columns[e++]!;
    out[to + 5] = columns[f++]!;
    out[to + 6] = columns[g++]!;
    out[to + 7] = columns[h++]!;
    to += width;
  }
}
