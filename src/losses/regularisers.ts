import { LogitsError } from "../core/index.js";
import { logSoftmaxInto, type Loss, type LossInput, type LossOptions, reduceRows } from "./loss.js";

/**
 * Energy −T lse(z/T) as a loss: lower it on data, raise it elsewhere. Gradient −softmax(z/T).
 *
 * Liu et al., NeurIPS 2020, §3.
 *
 * @param options.temperature T > 0; default 1.
 */
export function energyLoss(
  input: LossInput,
  options: LossOptions<Float32Array | Float64Array> & { temperature?: number } = {},
): Loss {
  const { temperature: t = 1 } = options;
  if (!(t > 0))
    throw new LogitsError("bad-argument", `Cannot compute energyLoss: temperature must be a number > 0, got ${t}`);
  const logp = new Float64Array(input.classes);
  return reduceRows("energyLoss", input, options, (z, _, gradient) => {
    const lse = logSoftmaxInto(
      z.map((x) => x / t),
      logp,
    );
    for (let k = 0; k < gradient.length; k++) gradient[k] = -Math.exp(logp[k]!);
    return { loss: -t * lse, weight: 1 };
  });
}

/** Entropy −Σ p ln p of softmax(z), in nats, as a loss (or, subtracted, a confidence penalty). Gradient −p (ln p + H); 0 ln 0 = 0. */
export function entropyLoss(input: LossInput, options: LossOptions<Float32Array | Float64Array> = {}): Loss {
  const logp = new Float64Array(input.classes);
  return reduceRows("entropyLoss", input, options, (z, _, gradient) => {
    logSoftmaxInto(z, logp);
    let entropy = 0;
    for (const log of logp) if (log > -Infinity) entropy -= Math.exp(log) * log;
    for (let k = 0; k < logp.length; k++)
      gradient[k] = logp[k] === -Infinity ? 0 : -Math.exp(logp[k]!) * (logp[k]! + entropy);
    return { loss: entropy, weight: 1 };
  });
}
