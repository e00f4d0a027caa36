import type { Tensor } from "@tensorflow/tfjs-core";
import { type Batch, LogitsError, predictions, uniform } from "../core/index.js";
import { type Goal, towards, upCrossEntropy, upLead } from "./attackGoals.js";
import { gradients } from "./backward.js";
import { checkInput } from "./checkInput.js";
import { checkSeed } from "./checkSeed.js";
import { checkExamples, type Examples, gather, sizeOf } from "./examples.js";
import { parameterTensors } from "./forward.js";
import { imitated } from "./mimicry.js";
import type { Network } from "./network.js";
import { addNoise } from "./noise.js";
import { predict } from "./predict.js";
import { type Tf, tensorflow } from "./tensorflow.js";

export const attackMethods = ["fgsm", "pgd", "cw", "mimicry"] as const;
export type AttackMethod = (typeof attackMethods)[number];

export interface AttackOptions {
  /** Default pgd. */
  method?: AttackMethod;
  /** Largest change of a value, in (0, 1]; default 8/255. */
  eps?: number;
  /** An integer ≥ 1; default 20 (30 for mimicry, 1 for fgsm, which has no other). */
  steps?: number;
  /** An integer 0 … 2³² − 1; default 1. */
  seed?: number;
  /** cw: how far the other class is to lead, in logits, > 0; default 0.5. */
  lead?: number;
  /** mimicry: examples whose logits are imitated; needed there. */
  like?: Examples;
  /** mimicry: standard deviation of the noise under which they are imitated too, ≥ 0; default 12/255, no-op 0. */
  noise?: number;
  /** Called after every step, and waited for. */
  onStep?: (step: number, of: number) => void | Promise<void>;
}

export interface Attacked {
  /** The changed examples, within [0, 1] and `eps` of the given (to the rounding of f32). */
  examples: Examples;
  clean: Batch;
  attacked: Batch;
  /** 1 where the given example was classified rightly and the changed one is not. */
  success: Uint8Array;
}

/** Examples that are attacked together. */
const TOGETHER = 100;
/** Draws of noise in a step of mimicry. Their keys lie apart from those of `replicate`: an attacker does not know the draws of who watches. */
const DRAWS = 3;
const FIRST_DRAW = 2 ** 31;

/**
 * Changes examples so that a network errs, each value by at most `eps`.
 *
 *     fgsm      x + ε sign ∂loss/∂x, once                                                 Goodfellow et al., ICLR 2015, §4
 *     pgd       a random start, then `steps` of ε/8 (at least 2ε/steps) up the cross-entropy     Madry et al., ICLR 2018, §2.1
 *     cw        the same up the lead of the best other class, but no further than `lead`: it stops just over the border    Carlini & Wagner, S&P 2017, f₆
 *     mimicry   towards the logits of a true example of another class, also under noise: made for whoever watches the logits    Hosseini et al., 2019, with the draws of Athalye et al., ICML 2018
 *
 * After each step what left the box of ±ε, or [0, 1], is put back to its edge. The same network, examples, options and seed give the same bits.
 *
 * @throws "bad-argument", "bad-data", "mismatch"
 * @example
 *     const { attacked, success } = await attack(net, examples, { method: "pgd", eps: 8 / 255, steps: 20 });
 */
export async function attack(net: Network, examples: Examples, options: AttackOptions = {}): Promise<Attacked> {
  const { method = "pgd", eps = 8 / 255, seed = 1, onStep } = options;
  const steps = stepsOf(method, options.steps);
  checkOptions(options, method, eps, steps);
  checkSeed("attack", seed);
  checkFor("attack", net, examples);
  if (method === "mimicry") checkFor("attack by mimicry", net, options.like!);
  const tf = await tensorflow();
  const clean = await predict(net, examples);
  const wanted = method === "mimicry" ? imitated(clean, await predict(net, options.like!), seed) : undefined;
  const given = gather(
    examples,
    examples.labels.map((_, row) => row),
  );
  const parameters = parameterTensors(tf, net);
  const course: Course = { tf, net, parameters, method, eps, steps, seed, options, wanted, labels: examples.labels };
  const changed = await climb(course, given, onStep).finally(() => tf.dispose(parameters));
  const result = { ...examples, values: changed };
  const attacked = await predict(net, result);
  const [before, after] = [predictions(clean).predicted, predictions(attacked).predicted];
  const success = Uint8Array.from(examples.labels, (label, row) =>
    before[row] === label && after[row] !== label ? 1 : 0,
  );
  return { examples: result, clean, attacked, success };
}

/** The steps of an attack where so many, or none in particular, are asked for. */
export function stepsOf(method: AttackMethod, steps?: number): number {
  if (method === "fgsm") return 1;
  return steps ?? (method === "mimicry" ? 30 : 20);
}

interface Course {
  tf: Tf;
  net: Network;
  parameters: readonly Tensor[];
  method: AttackMethod;
  eps: number;
  steps: number;
  seed: number;
  options: AttackOptions;
  labels: Int32Array;
  /** mimicry: rows × classes. */
  wanted: Float32Array | undefined;
}

/** Goes all steps from the given values. */
async function climb(course: Course, given: Float32Array, onStep: AttackOptions["onStep"]): Promise<Float32Array> {
  const { net, method, eps, steps, seed, wanted } = course;
  const width = sizeOf(net.input);
  const changed = given.slice();
  const move = (i: number, by: number): void => {
    // Within ε of where it was, and still a colour.
    changed[i] = Math.max(0, given[i]! - eps, Math.min(1, given[i]! + eps, changed[i]! + by));
  };
  if (method === "pgd" || method === "cw")
    for (let i = 0; i < changed.length; i++) move(i, eps * (2 * uniform(seed, "noise", i) - 1));
  const pace = method === "fgsm" ? eps : Math.max(eps / 8, (2 * eps) / steps);
  let moving = Array.from(course.labels, (_, row) => row);
  for (let step = 0; step < steps; step++) {
    const still: number[] = [];
    for (let at = 0; at < moving.length; at += TOGETHER) {
      const rows = moving.slice(at, at + TOGETHER);
      const slope = slopeOf(course, step, changed, rows);
      rows.forEach((row, i) => {
        const own = slope.subarray(i * width, (i + 1) * width);
        own.forEach((by, k) => move(row * width + k, pace * Math.sign(by)));
        // Without noise a row that has nowhere to go stays where it is.
        if (wanted || own.some((by) => by !== 0)) still.push(row);
      });
    }
    moving = still;
    await onStep?.(step + 1, steps);
  }
  return changed;
}

/** Which way, for each value of some examples, the attack goes. */
function slopeOf(course: Course, step: number, values: Float32Array, rows: readonly number[]): Float32Array {
  const { tf, net, parameters, method, seed, options, wanted } = course;
  const some = rowsOf(values, rows, sizeOf(net.input));
  const classes = net.classes.length;
  const labels = rows.map((row) => course.labels[row]!);
  const slope = (of: Float32Array, goal: Goal): Float32Array =>
    gradients(tf, net, parameters, of, goal, { input: true, parameters: false }).input!;
  if (method === "cw") return slope(some, upLead(labels, classes, options.lead ?? 0.5));
  if (!wanted) return slope(some, upCrossEntropy(labels, classes));
  const goal = towards(rowsOf(wanted, rows, classes));
  const total = slope(some, goal);
  const { noise = 12 / 255 } = options;
  const draws = noise > 0 ? DRAWS : 0;
  for (let draw = 0; draw < draws; draw++) {
    const noisy = some.slice();
    addNoise(noisy, rows, noise, seed, FIRST_DRAW + step * DRAWS + draw);
    const other = slope(noisy, goal);
    for (let i = 0; i < total.length; i++) total[i]! += other[i]!;
  }
  return total;
}

function rowsOf(values: Float32Array, rows: readonly number[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => out.set(values.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

function checkOptions(
  { like, lead = 0.5, noise = 0 }: AttackOptions,
  method: AttackMethod,
  eps: number,
  steps: number,
): void {
  const refuse = (what: string): never => {
    throw new LogitsError("bad-argument", `Cannot attack: ${what}`);
  };
  if (!attackMethods.includes(method)) refuse(`method must be ${attackMethods.join(", ")}, got ${method}`);
  if (!(eps > 0 && eps <= 1)) refuse(`eps must be in (0, 1], got ${eps}`);
  if (!(Number.isInteger(steps) && steps >= 1)) refuse(`steps must be an integer ≥ 1, got ${steps}`);
  if (!(lead > 0)) refuse(`lead must be > 0, got ${lead}`);
  if (!(noise >= 0 && noise < Infinity)) refuse(`noise must be ≥ 0, got ${noise}`);
  if (method === "mimicry" && !like) refuse("mimicry needs examples to imitate (like), got none");
}

/** Refuses examples that are not of a network's shape and classes, or whose values are no colours. */
function checkFor(action: string, net: Network, examples: Examples): void {
  checkExamples(action, examples);
  checkInput(action, net, examples);
  if (examples.classes.length !== net.classes.length)
    throw new LogitsError(
      "mismatch",
      `Cannot ${action}: there must be ${net.classes.length} classes, as the network has, got ${examples.classes.length}`,
    );
  if (examples.values instanceof Uint8Array) return;
  const size = sizeOf(examples.shape);
  examples.values.forEach((value, i) => {
    if (value >= 0 && value <= 1) return;
    const row = Math.floor(i / size);
    throw new LogitsError(
      "bad-data",
      `Cannot ${action}: values must be in [0, 1], got ${value} at example ${row}, place ${i % size}`,
      { row },
    );
  });
}
