import type { Tensor } from "@tensorflow/tfjs-core";
import { type Batch, LogitsError, type Logits, uniform } from "../core/index.js";
import { crossEntropy, type Loss } from "../losses/index.js";
import { checkInput } from "./checkInput.js";
import { checkExamples, type Examples, gather } from "./examples.js";
import { gradients } from "./backward.js";
import { parameterTensors } from "./forward.js";
import type { Network } from "./network.js";
import { predict } from "./predict.js";
import { type Tf, tensorflow } from "./tensorflow.js";

export type AttackMethod = "fgsm" | "pgd" | "cw" | "mimicry";

export interface AttackOptions {
  /** Default pgd. */
  method?: AttackMethod;
  /** Largest change of a value, in (0, 1]; default 8/255. */
  eps?: number;
  /** An integer ≥ 1; default 20 (30 for mimicry, 1 for fgsm, which has no other). */
  steps?: number;
  /** Default 1. */
  seed?: number;
  /** cw: how far the other class is to lead, in logits, > 0; default 0.5. */
  lead?: number;
  /** mimicry: examples whose logits are imitated; needed there. */
  like?: Examples;
  /** mimicry: standard deviation of the noise under which they are imitated too; default 12/255. */
  noise?: number;
  onStep?: (step: number, of: number) => void;
}

export interface Attacked {
  /** The changed examples, within [0, 1] and `eps` of the given. */
  examples: Examples;
  clean: Batch;
  attacked: Batch;
  /** 1 where the given example was classified rightly and the changed one is not. */
  success: Uint8Array;
}

/** Examples that are attacked together. */
const TOGETHER = 100;
/** Draws of noise in a step of mimicry. */
const DRAWS = 3;

/**
 * Changes examples so that a network errs, each value by at most `eps`.
 *
 *     fgsm      x + ε sign ∂loss/∂x, once                                                 Goodfellow et al., ICLR 2015
 *     pgd       a random start, then `steps` of ε/8 (at least 2ε/steps) up the cross-entropy     Madry et al., ICLR 2018
 *     cw        the same up the lead of the best other class, but no further than `lead`: it stops just over the border    Carlini & Wagner, S&P 2017
 *     mimicry   towards the logits of a true example of the other class, also under noise: made for whoever watches the logits    Hosseini et al., 2019
 *
 * @throws "bad-argument", "bad-data", "mismatch"
 * @example
 *     const { attacked, success } = await attack(net, examples, { method: "pgd", eps: 8 / 255, steps: 20 });
 */
export async function attack(net: Network, examples: Examples, options: AttackOptions = {}): Promise<Attacked> {
  checkExamples("attack", examples);
  checkInput("attack", net, examples);
  const { method = "pgd", eps = 8 / 255, seed = 1 } = options;
  const steps = method === "fgsm" ? 1 : (options.steps ?? (method === "mimicry" ? 30 : 20));
  checkOptions(net, options, eps, steps);
  const tf = await tensorflow();
  const clean = await predict(net, examples);
  const n = examples.labels.length;
  const given = gather(
    examples,
    Array.from({ length: n }, (_, row) => row),
  );
  const changed = given.slice();
  const width = given.length / n;
  const aim = method === "mimicry" ? await imitated(net, clean, options) : undefined;
  const parameters = parameterTensors(tf, net);
  if (method !== "fgsm" && method !== "mimicry")
    for (let i = 0; i < changed.length; i++)
      changed[i] = within(given[i]! + eps * (2 * uniform(seed, "noise", i) - 1), given[i]!, eps);
  const pace = method === "fgsm" ? eps : Math.max(eps / 8, (2 * eps) / steps);
  for (let step = 0; step < steps; step++) {
    for (let from = 0; from < n; from += TOGETHER) {
      const to = Math.min(n, from + TOGETHER);
      const place = { from, to, step, seed, width };
      const slope = slopeOf(tf, net, parameters, changed, examples.labels, place, { ...options, method }, aim);
      for (let i = from * width; i < to * width; i++)
        changed[i] = within(changed[i]! + pace * Math.sign(slope[i - from * width]!), given[i]!, eps);
    }
    options.onStep?.(step + 1, steps);
  }
  tf.dispose(parameters);
  const result = { ...examples, values: changed };
  const attacked = await predict(net, result);
  const success = Uint8Array.from(examples.labels, (label, row) =>
    winner(clean, row) === label && winner(attacked, row) !== label ? 1 : 0,
  );
  return { examples: result, clean, attacked, success };
}

/** A value no further than eps from where it was, and still a colour. */
const within = (value: number, given: number, eps: number): number =>
  Math.max(0, given - eps, Math.min(1, given + eps, value));

interface Place {
  from: number;
  to: number;
  step: number;
  seed: number;
  width: number;
}

/** Which way, for each value of some examples, the attack goes. */
function slopeOf(
  tf: Tf,
  net: Network,
  parameters: readonly Tensor[],
  values: Float32Array,
  labels: Int32Array,
  { from, to, step, seed, width }: Place,
  options: AttackOptions,
  aim?: Float32Array,
): Float32Array {
  const some = values.subarray(from * width, to * width);
  const classes = net.classes.length;
  const own = labels.subarray(from, to);
  if (options.method !== "mimicry") {
    const goal = options.method === "cw" ? leadOf(options.lead ?? 0.5) : crossEntropySum;
    return inputGradient(tf, net, parameters, some, own, goal);
  }
  const wanted = aim!.subarray(from * classes, to * classes);
  const goal: Goal = (input) => closeness(input, wanted);
  const total = inputGradient(tf, net, parameters, some, own, goal).slice();
  const { noise = 12 / 255 } = options;
  for (let draw = 0; draw < DRAWS; draw++) {
    const noisy = some.map((value, i) => value + noise * normal(seed, from * width + i, step * DRAWS + draw + 1));
    const slope = inputGradient(tf, net, parameters, noisy, own, goal);
    for (let i = 0; i < total.length; i++) total[i]! += slope[i]!;
  }
  return total;
}

/** A standard normal number, keyed. */
export function normal(seed: number, a: number, b: number): number {
  const u = 1 - uniform(seed, "noise", 2 * a, b);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * uniform(seed, "noise", 2 * a + 1, b));
}

interface Input {
  values: Float32Array;
  rows: number;
  classes: number;
}
/** What an attack wants more of, as a gradient in the logits. */
type Goal = (input: Input, labels: Int32Array) => Pick<Loss, "gradient">;

const crossEntropySum: Goal = (input, labels) => crossEntropy(input, labels, { reduction: "sum" });

/** The lead of the best other class over the label, while it is smaller than `most`. */
const leadOf =
  (most: number): Goal =>
  ({ values, rows, classes }, labels) => {
    const gradient = new Float32Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      const label = row * classes + labels[row]!;
      let other = -1;
      for (let k = row * classes; k < (row + 1) * classes; k++)
        if (k !== label && (other < 0 || values[k]! > values[other]!)) other = k;
      if (values[other]! - values[label]! >= most) continue;
      gradient[other] = 1;
      gradient[label] = -1;
    }
    return { gradient };
  };

/** −½ Σ (z − wanted)². */
function closeness({ values }: Input, wanted: Float32Array): Pick<Loss, "gradient"> {
  return { gradient: values.map((z, i) => wanted[i]! - z) };
}

/** The gradient of a goal in the values of examples. */
export function inputGradient(
  tf: Tf,
  net: Network,
  parameters: readonly Tensor[],
  values: Float32Array,
  labels: Int32Array,
  goal: Goal,
): Float32Array {
  const [rows, classes] = [labels.length, net.classes.length];
  const inLogits = (logits: Float32Array): ArrayLike<number> =>
    goal({ values: logits, rows, classes }, labels).gradient;
  return gradients(tf, net, parameters, values, inLogits, { input: true, parameters: false }).input!;
}

/** For each example the logits of one of `like` whose class is the most probable wrong one, and is recognised. */
async function imitated(net: Network, clean: Batch, { like, seed = 1 }: AttackOptions): Promise<Float32Array> {
  const known = await predict(net, like!);
  const { classes, rows } = clean;
  const byClass = Array.from({ length: classes }, (): number[] => []);
  known.labels!.forEach((label, row) => {
    if (winner(known, row) === label) byClass[label]!.push(row);
  });
  const out = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const label = clean.labels![row]!;
    const order = Array.from({ length: classes }, (_, k) => k)
      .filter((k) => k !== label && byClass[k]!.length > 0)
      .sort((a, b) => clean.values[row * classes + b]! - clean.values[row * classes + a]! || a - b);
    const choices = byClass[order[0] ?? -1];
    if (!choices)
      throw new LogitsError(
        "bad-data",
        "Cannot attack by mimicry: there must be examples of another class that are recognised, got none",
      );
    const model = choices[Math.floor(uniform(seed, "noise", row, 2 ** 40) * choices.length)]!;
    out.set(known.values.subarray(model * classes, (model + 1) * classes) as Float32Array, row * classes);
  }
  return out;
}

function winner({ values, classes }: Batch, row: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) if (values[row * classes + k]! > values[row * classes + best]!) best = k;
  return best;
}

function checkOptions(
  net: Network,
  { method = "pgd", like, lead = 0.5 }: AttackOptions,
  eps: number,
  steps: number,
): void {
  const refuse = (what: string): never => {
    throw new LogitsError("bad-argument", `Cannot attack: ${what}`);
  };
  if (!["fgsm", "pgd", "cw", "mimicry"].includes(method))
    refuse(`method must be fgsm, pgd, cw or mimicry, got ${method}`);
  if (!(eps > 0 && eps <= 1)) refuse(`eps must be in (0, 1], got ${eps}`);
  if (!(Number.isInteger(steps) && steps >= 1)) refuse(`steps must be an integer ≥ 1, got ${steps}`);
  if (!(lead > 0)) refuse(`lead must be > 0, got ${lead}`);
  if (method !== "mimicry") return;
  if (!like) refuse("mimicry needs examples to imitate (like), got none");
  checkExamples("attack by mimicry", like!);
  checkInput("attack by mimicry", net, like!);
}

/**
 * The logits of every example under noise: rows × replicates × classes, in that order.
 *
 * @param sigma standard deviation of the normal noise on every value; default 12/255
 */
export async function replicate(
  net: Network,
  examples: Examples,
  { replicates, sigma = 12 / 255, seed = 1 }: { replicates: number; sigma?: number; seed?: number },
): Promise<{ values: Logits; rows: number; replicates: number; classes: number }> {
  const n = examples.labels.length;
  const classes = net.classes.length;
  const given = gather(
    examples,
    Array.from({ length: n }, (_, row) => row),
  );
  const out = new Float32Array(n * replicates * classes);
  for (let r = 0; r < replicates; r++) {
    const values = given.map((value, i) => value + sigma * normal(seed, i, 2 ** 20 + r));
    const { values: z } = await predict(net, { ...examples, values });
    for (let row = 0; row < n; row++)
      out.set(z.subarray(row * classes, (row + 1) * classes) as Float32Array, (row * replicates + r) * classes);
  }
  return { values: out as Logits, rows: n, replicates, classes };
}
