import { type Batch, LogitsError, predictions, uniform } from "../core/index.js";

/**
 * Whom each row imitates: the logits of a row of `known` that is recognised and is of the class that is the most probable wrong one; drawn among them.
 *
 * @returns rows × classes
 */
export function imitated(clean: Batch, known: Batch, seed: number): Float32Array {
  const { classes, rows, values, labels } = clean;
  const byClass = Array.from({ length: classes }, (): number[] => []);
  predictions(known).predicted.forEach((winner, row) => {
    if (winner === known.labels![row]) byClass[winner]!.push(row);
  });
  const out = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    let other = -1;
    for (let k = 0; k < classes; k++)
      if (
        k !== labels![row] &&
        byClass[k]!.length > 0 &&
        (other < 0 || values[row * classes + k]! > values[row * classes + other]!)
      )
        other = k;
    if (other < 0)
      throw new LogitsError(
        "bad-data",
        "Cannot attack by mimicry: there must be examples of another class that are recognised, got none",
      );
    const choices = byClass[other]!;
    const model = choices[Math.floor(uniform(seed, "noise", row, 2 ** 40) * choices.length)]!;
    out.set(known.values.subarray(model * classes, (model + 1) * classes), row * classes);
  }
  return out;
}
