import { LogitsError } from "../core/index.js";
import { logSigmoid, type Loss, type LossInput, type LossOptions, reduceRows, sigmoid } from "./loss.js";

export interface BinaryOptions extends LossOptions<Float32Array | Float64Array> {
  /** Weight of a positive, for all labels or one a label; default and no-op 1. */
  posWeight?: number | ArrayLike<number>;
}

/**
 * Multilabel binary cross-entropy from logits: each column is a label of its own. A row's loss is the mean over its labels of
 * (1 − y) z + (1 + (w − 1) y) softplus(−z); gradient (1 − y) − (1 + (w − 1) y) σ(−z), divided by the number of labels.
 * PyTorch: `BCEWithLogitsLoss(pos_weight=w)`.
 *
 * @param targets y in [0, 1], rows × classes.
 */
export function multilabelCrossEntropy(
  input: LossInput,
  targets: ArrayLike<number>,
  options: BinaryOptions = {},
): Loss {
  const { posWeight = 1 } = options;
  const { classes } = input;
  if (targets.length !== input.rows * classes) {
    throw new LogitsError(
      "bad-argument",
      `Cannot compute multilabelCrossEntropy: there must be one target a logit (${input.rows * classes}), got ${targets.length}`,
    );
  }
  return reduceRows("multilabelCrossEntropy", input, options, (z, row, gradient) => {
    let loss = 0;
    for (let k = 0; k < classes; k++) {
      const y = targets[row * classes + k]!;
      const w = typeof posWeight === "number" ? posWeight : posWeight[k]!;
      const scale = 1 + (w - 1) * y;
      loss += (y === 1 ? 0 : (1 - y) * z[k]!) - scale * logSigmoid(z[k]!);
      gradient[k] = (1 - y - scale * sigmoid(-z[k]!)) / classes;
    }
    return { loss: loss / classes, weight: 1 };
  });
}

/**
 * Binary cross-entropy of one logit a row: max(z, 0) − z y + ln(1 + e^−|z|); gradient σ(z) − y. Exact at any z, where a loss from probabilities is
 * Infinity from z = 18 on in f32.
 *
 * @example
 *     binaryCrossEntropy([40], [0]).value  // 40
 */
export function binaryCrossEntropy(
  logits: readonly number[] | Float32Array | Float64Array,
  targets: ArrayLike<number>,
  options: BinaryOptions = {},
): Loss {
  return multilabelCrossEntropy({ values: logits, rows: logits.length, classes: 1 }, targets, options);
}
