import { checkLabels, type Loss, type LossInput, type LossOptions, reduceRows } from "./loss.js";

/**
 * Multi-class hinge (Crammer–Singer): max(0, 1 + max_{j ≠ y} z_j − z_y); gradient e_j* − e_y where it is positive (lowest j* among equals).
 *
 * Crammer & Singer, JMLR 2001.
 */
export function hinge(
  input: LossInput,
  labels: ArrayLike<number>,
  options: LossOptions<Float32Array | Float64Array> = {},
): Loss {
  checkLabels("hinge", labels, input.rows, input.classes);
  return reduceRows("hinge", input, options, (z, row, gradient) => {
    const label = labels[row]!;
    let rival = -1;
    for (let k = 0; k < z.length; k++)
      if (k !== label && z[k] !== -Infinity && (rival === -1 || z[k]! > z[rival]!)) rival = k;
    if (rival === -1) return { loss: 0, weight: 1 };
    const loss = Math.max(0, 1 + z[rival]! - z[label]!);
    if (loss > 0) {
      gradient[rival] = 1;
      gradient[label] = -1;
    }
    return { loss, weight: 1 };
  });
}
