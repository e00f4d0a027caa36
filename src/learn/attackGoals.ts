/** Which way the logits of some examples should go: a gradient, rows × classes, from the logits. Rows of zeros are content. */
export type Goal = (logits: Float32Array) => Float32Array;

/**
 * Up the cross-entropy of the labels: the other classes as softmax weighs them among themselves, against the label.
 *
 * That is the gradient p − onehot(y) divided by 1 − p_y, the chance of the others. It points the same way, and all that is used of it is its signs; but where a
 * network is sure, 1 − p_y is 0 in f32, and p − onehot(y) would be no direction at all.
 */
export const upCrossEntropy =
  (labels: ArrayLike<number>, classes: number): Goal =>
  (logits) => {
    const gradient = new Float32Array(logits.length);
    for (let row = 0; row < labels.length; row++) {
      const from = row * classes;
      const best = bestOther(logits, from, classes, labels[row]!);
      let sum = 0;
      for (let k = from; k < from + classes; k++)
        if (k !== from + labels[row]!) sum += gradient[k] = Math.exp(logits[k]! - logits[best]!);
      for (let k = from; k < from + classes; k++) gradient[k]! /= sum;
      gradient[from + labels[row]!] = -1;
    }
    return gradient;
  };

/** Up the lead of the best other class over the label, while it is below `most`. */
export const upLead =
  (labels: ArrayLike<number>, classes: number, most: number): Goal =>
  (logits) => {
    const gradient = new Float32Array(logits.length);
    for (let row = 0; row < labels.length; row++) {
      const label = row * classes + labels[row]!;
      const best = bestOther(logits, row * classes, classes, labels[row]!);
      if (logits[best]! - logits[label]! >= most) continue;
      gradient[best] = 1;
      gradient[label] = -1;
    }
    return gradient;
  };

/** Nearer to the wanted logits: the gradient of −½ Σ (z − wanted)². */
export const towards =
  (wanted: ArrayLike<number>): Goal =>
  (logits) =>
    logits.map((z, i) => wanted[i]! - z);

/** Where the largest logit of a row is, but for that of the label. */
function bestOther(logits: Float32Array, from: number, classes: number, label: number): number {
  let best = -1;
  for (let k = from; k < from + classes; k++)
    if (k !== from + label && (best < 0 || logits[k]! > logits[best]!)) best = k;
  return best;
}
