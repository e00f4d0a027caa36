import { LogitsError } from "../core/index.js";
import { short } from "./kind.js";
import type { ReadOptions } from "./table.js";

export type GivenKind = NonNullable<ReadOptions["kind"]>;

/**
 * Refuses rows that cannot be what they are said to be, naming the row: a sum may be off by 0.05, because other programs round and cut off.
 *
 * @param hint what raw scores are read by
 */
export function checkRows(
  kind: GivenKind,
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  offset: number,
  file: string,
  hint = "--kind logits reads raw scores.",
): void {
  if (kind === "logits" || kind === "binary-logits") return;
  const unit = kind === "percent" ? 100 : 1;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const value = values[row * columns + k]!;
      const fine = kind === "logprobs" ? value <= 1e-3 : value >= 0 && value <= unit * (1 + 1e-6);
      // NaN is told apart by the core, with row and column.
      if (!fine && !Number.isNaN(value)) {
        const range = kind === "logprobs" ? "≤ 0" : `in [0, ${unit}]`;
        throw new LogitsError(
          "bad-data",
          `Cannot read ${file} as ${kind}: every number must be ${range}, got ${value} in row ${offset + row}, column ${k}`,
          {
            row: offset + row,
            column: k,
            hint,
          },
        );
      }
      sum += kind === "logprobs" ? Math.exp(value) : value;
    }
    if (kind === "binary-probs" || Number.isNaN(sum)) continue;
    if (Math.abs(sum - unit) > 0.05 * unit) {
      throw new LogitsError(
        "bad-data",
        `Cannot read ${file} as ${kind}: every row must sum to ${unit}, got ${short(sum)} in row ${offset + row}`,
        {
          row: offset + row,
          hint,
        },
      );
    }
  }
}
