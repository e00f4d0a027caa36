import { checkLabels, logSoftmaxInto, type Loss, type LossInput, type LossOptions, reduceRows } from "./loss.js";

export interface CrossEntropyOptions extends LossOptions<Float32Array | Float64Array> {
  /** Weight of each class; default and no-op 1. The mean divides by the weights of the labels. */
  classWeights?: ArrayLike<number>;
  /** ε in [0, 1): the target is (1 − ε) onehot + ε/K; default and no-op 0. */
  labelSmoothing?: number;
  /** Rows with this label count for nothing; default none. */
  ignoreIndex?: number;
}

/**
 * Cross-entropy from logits: mean of w_y (lse(z) − z_y); gradient w_y (softmax(z) − onehot(y)).
 *
 * With smoothing the target is t = (1 − ε) onehot(y) + ε/K and the loss −Σ_k w_k t_k ln softmax(z)_k. PyTorch: `CrossEntropyLoss`.
 *
 * @param input logits, rows × classes.
 * @param labels the class of each row, 0 … K − 1.
 * @throws "not-finite" for NaN and +Infinity; "bad-argument" for a label that is no class.
 * @example
 *     crossEntropy({ values: [1000, 0], rows: 1, classes: 2 }, [1]).value  // 1000; its gradient is [1, -1]
 */
export function crossEntropy(input: LossInput, labels: ArrayLike<number>, options: CrossEntropyOptions = {}): Loss {
  const { classWeights, labelSmoothing: epsilon = 0, ignoreIndex } = options;
  const { classes } = input;
  checkLabels("crossEntropy", labels, input.rows, classes, ignoreIndex);
  const logp = new Float64Array(classes);
  const weightOf = (k: number): number => classWeights?.[k] ?? 1;
  return reduceRows("crossEntropy", input, options, (z, row, gradient) => {
    const label = labels[row]!;
    if (label === ignoreIndex) return { loss: 0, weight: 0 };
    logSoftmaxInto(z, logp);
    let loss = 0;
    let total = 0;
    for (let k = 0; k < classes; k++) {
      const target = weightOf(k) * ((k === label ? 1 - epsilon : 0) + epsilon / classes);
      // 0 · ln 0 is 0: a masked class that is nobody's target costs nothing.
      if (target > 0) loss -= target * logp[k]!;
      total += target;
      gradient[k] = -target;
    }
    for (let k = 0; k < classes; k++) gradient[k]! += total * Math.exp(logp[k]!);
    return { loss, weight: weightOf(label) };
  });
}

/**
 * Focal loss: −(1 − p_y)^γ ln p_y; 1 − p_y is computed as −expm1(ln p_y), so it keeps its digits for sure rows. γ = 0 is cross-entropy.
 *
 * Lin et al., ICCV 2017, §3.
 *
 * @param options.gamma γ ≥ 0; default 2, no-op 0.
 */
export function focal(
  input: LossInput,
  labels: ArrayLike<number>,
  options: LossOptions<Float32Array | Float64Array> & { gamma?: number } = {},
): Loss {
  const { gamma = 2 } = options;
  const { classes } = input;
  checkLabels("focal", labels, input.rows, classes);
  const logp = new Float64Array(classes);
  return reduceRows("focal", input, options, (z, row, gradient) => {
    const label = labels[row]!;
    logSoftmaxInto(z, logp);
    const log = logp[label]!;
    const q = -Math.expm1(log);
    const power = q ** gamma;
    // d loss / d ln p_y, times d ln p_y / d z = onehot − p.
    const slope = gamma === 0 || q === 0 ? -power : gamma * Math.exp(log) * q ** (gamma - 1) * log - power;
    for (let k = 0; k < classes; k++) gradient[k] = slope * ((k === label ? 1 : 0) - Math.exp(logp[k]!));
    return { loss: -power * log, weight: 1 };
  });
}

/**
 * Logit-adjusted cross-entropy: crossEntropy(z + τ ln π), which makes the plain logits right for classes of equal frequency.
 *
 * Menon et al., ICLR 2021, §4.
 *
 * @param options.prior frequency of each class, > 0.
 * @param options.tau strength; default 1, no-op 0.
 */
export function logitAdjusted(
  input: LossInput,
  labels: ArrayLike<number>,
  options: LossOptions<Float32Array | Float64Array> & { prior: ArrayLike<number>; tau?: number },
): Loss {
  const { prior, tau = 1, ...rest } = options;
  const { values, classes } = input;
  const shifted = Float64Array.from(
    { length: values.length },
    (_, i) => values[i]! + tau * Math.log(prior[i % classes]!),
  );
  return crossEntropy({ ...input, values: shifted }, labels, rest);
}
