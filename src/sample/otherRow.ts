import { type Logits, LogitsError, type SampleContext } from "../core/index.js";

/**
 * The second row of a step, as finite as the first: a token that is left must have a score in both.
 *
 * @throws LogitsError `bad-argument` where there is none, `mismatch` for another length, `not-finite` naming the token
 */
export function otherRow(row: Float64Array, { other }: SampleContext, action: string, what: string): Logits {
  if (!other)
    throw new LogitsError("bad-argument", `Cannot ${action}: context.other must be ${what}, got none`, {
      hint: "--other gives it: a row of the file, or a JSON array",
    });
  if (other.length !== row.length)
    throw new LogitsError(
      "mismatch",
      `Cannot ${action}: context.other must have ${row.length} scores as the row has, got ${other.length}`,
    );
  for (let id = 0; id < row.length; id++) {
    if (row[id] === -Infinity || Number.isFinite(other[id])) continue;
    throw new LogitsError(
      "not-finite",
      `Cannot ${action}: the score of token ${id} in context.other must be finite, got ${other[id]}`,
      { column: id },
    );
  }
  return other;
}
