import { type Batch, LogitsError } from "../core/index.js";

/** The values of a slice column, one a row. */
export function sliceColumn({ slices }: Batch, column: string): string[] {
  const values = slices?.[column];
  if (!values) {
    const known = Object.keys(slices ?? {}).join(", ") || "none";
    throw new LogitsError(
      "bad-argument",
      `Cannot group these rows: group must be one of their slice columns (${known}), got ${column}`,
      { hint: "--slice-columns names the columns that divide the rows." },
    );
  }
  return values;
}

/** Row indices by key, in the order in which keys occur. */
export function rowsBy<Key>(keys: ArrayLike<Key>): Map<Key, number[]> {
  const found = new Map<Key, number[]>();
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row]!;
    const rows = found.get(key);
    if (rows) rows.push(row);
    else found.set(key, [row]);
  }
  return found;
}
