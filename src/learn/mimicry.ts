import { type Batch, LogitsError, predictions, uniform } from "../core/index.js";

/** Examples that are looked at before one is imitated. The nearest of all would be easier to reach, but lies beside the border itself, where low confidence shows. */
const LOOKED_AT = 5;

/**
 * Whom each row imitates: the logits of a row of `known` that is recognised, of the class that is the most probable wrong one; of five that are drawn, the one
 * with the nearest logits, that of the label left out, because it must fall anyway.
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
    const own = values.subarray(row * classes, (row + 1) * classes);
    const label = labels![row]!;
    const choices = byClass[likeliest(own, (k) => k !== label && byClass[k]!.length > 0)];
    if (!choices)
      throw new LogitsError(
        "bad-data",
        "Cannot attack by mimicry: there must be examples of another class that are recognised, got none",
        { hint: "Give it more examples to imitate, or a network that is right about some of at least two classes." },
      );
    let nearest = Infinity;
    for (let draw = 0; draw < LOOKED_AT; draw++) {
      const model = choices[Math.floor(uniform(seed, "noise", row, 2 ** 40 + draw) * choices.length)]!;
      const logits = known.values.subarray(model * classes, (model + 1) * classes);
      let apart = 0;
      for (let k = 0; k < classes; k++) if (k !== label) apart += (own[k]! - logits[k]!) ** 2;
      if (apart >= nearest) continue;
      nearest = apart;
      out.set(logits, row * classes);
    }
  }
  return out;
}

/** The class of the largest logit among those that may be; −1 where none may. */
function likeliest(row: ArrayLike<number>, may: (k: number) => boolean): number {
  let best = -1;
  for (let k = 0; k < row.length; k++) if (may(k) && (best < 0 || row[k]! > row[best]!)) best = k;
  return best;
}
