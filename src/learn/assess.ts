import { type Rate } from "../stats/proportion.js";
import { type Batch, LogitsError, predictions, type Replicates, shuffled } from "../core/index.js";
import { fitNoise, noiseEvidence, type NoiseLaw } from "../stats/noiseEvidence.js";
import { rateAtFpr, separation } from "../stats/separation.js";
import { attack, type Attacked, type AttackMethod, stepsOf } from "./attack.js";
import { snapshotEvidence, type SnapshotScore } from "./evidence.js";
import { type Examples, select } from "./examples.js";
import type { Network } from "./network.js";
import { replicate, type ReplicateOptions } from "./noise.js";
import { predict } from "./predict.js";

/** The attack that knows the detector. */
const ADAPTIVE: AttackMethod = "mimicry";

export type Evidence = SnapshotScore | "noise";

/** How well one score tells rows that fooled a network from benign ones. */
export interface EvidenceWorth {
  /** 0.5 is chance; below it the attacked rows look surer than benign ones. */
  auroc: Rate;
  /** The share that is found where 1 % and 5 % of benign rows are suspected as well. */
  tpr: { "1": Rate; "5": Rate };
}

export interface Assessment {
  method: AttackMethod;
  /** Made by one who knows the detector. */
  adaptive: boolean;
  rows: number;
  steps: number;
  accuracy: { before: number; after: number };
  meanConfidence: { before: number; after: number };
  /** Rows that were classified rightly, and are no longer: evidence is judged on them. */
  successes: number;
  evidence: Record<Evidence, EvidenceWorth>;
  secondsPerRow: number;
}

export interface AssessOptions extends ReplicateOptions {
  methods: readonly AttackMethod[];
  /** Default 8/255. */
  eps?: number;
  /** Of those attacks that have several; default the attack's own. */
  steps?: number;
  lead?: number;
  /** The adaptive attack costs six times the others; where it is not among `methods` it is made on so many of the rows; default 200. */
  adaptiveRows?: number;
  onStep?: (method: AttackMethod, step: number, of: number) => void | Promise<void>;
}

/** An attack that could not be made, and why. */
export interface MissingAttack {
  method: AttackMethod;
  adaptive: boolean;
  why: string;
}

/** An attack with what was seen of it. */
export interface Assessed {
  assessment: Assessment;
  attacked: Attacked;
  replicates: Replicates;
}

export interface Assessments {
  /** In the order of `methods`; last, if not asked for, the adaptive one. */
  attacks: Assessed[];
  /** Those that could not be made where others could. */
  missing: MissingAttack[];
  clean: Batch;
  cleanReplicates: Replicates;
  law: NoiseLaw;
}

/**
 * Attacks examples and judges every kind of evidence that their logits give, at rest and under noise, against the same rows before they were attacked.
 * The adaptive attack is always among them: what a detector does for those who do not know of it is half of what there is to say. Where these examples do not
 * allow it, the others are kept, and `missing` says why; where it is the only one that was asked for, that is an error.
 *
 * @param known benign examples that were not chosen by anyone: from them comes how noise moves logits, and whom `mimicry` imitates.
 * @throws "bad-argument", "bad-data", "mismatch"
 */
export async function assess(
  net: Network,
  examples: Examples,
  known: Examples,
  { methods, adaptiveRows = 200, eps = 8 / 255, steps, lead, onStep, ...noise }: AssessOptions,
): Promise<Assessments> {
  const law = fitNoise(await predict(net, known), await replicate(net, known, noise));
  const clean = await predict(net, examples);
  const cleanReplicates = await replicate(net, examples, noise);
  const benign = scoresOf(law, clean, cleanReplicates);
  const wanted: AttackMethod[] = methods.includes(ADAPTIVE) ? [...methods] : [...methods, ADAPTIVE];
  const attacks: Assessed[] = [];
  const missing: MissingAttack[] = [];
  const assessed = async (method: AttackMethod): Promise<Assessed> => {
    const few = methods.includes(method) ? examples : some(examples, adaptiveRows, noise.seed);
    const started = performance.now();
    const attacked = await attack(net, few, {
      method,
      eps,
      like: known,
      ...(noise.sigma !== undefined && { noise: noise.sigma }),
      ...(noise.seed !== undefined && { seed: noise.seed }),
      ...(steps !== undefined && { steps }),
      ...(lead !== undefined && { lead }),
      onStep: (step, of) => onStep?.(method, step, of),
    });
    const seconds = (performance.now() - started) / 1000;
    const replicates = await replicate(net, attacked.examples, noise);
    const assessment: Assessment = {
      method,
      adaptive: method === ADAPTIVE,
      steps: stepsOf(method, steps),
      ...judge(attacked, scoresOf(law, attacked.attacked, replicates), benign),
      secondsPerRow: seconds / few.labels.length,
    };
    return { assessment, attacked, replicates };
  };
  for (const method of wanted) {
    try {
      attacks.push(await assessed(method));
    } catch (error) {
      // What others showed is not lost with it.
      const isAlone = methods.every((one) => one === method);
      if (isAlone || !LogitsError.isInstance(error) || error.code === "bad-argument") throw error;
      missing.push({ method, adaptive: method === ADAPTIVE, why: error.message });
    }
  }
  return { attacks, missing, clean, cleanReplicates, law };
}

type Scores = Record<Evidence, Float64Array>;

const scoresOf = (law: NoiseLaw, batch: Batch, noisy: Replicates): Scores => ({
  ...snapshotEvidence(batch),
  noise: noiseEvidence(law, batch, noisy),
});

function judge(
  { clean, attacked, success }: Attacked,
  scores: Scores,
  benign: Scores,
): Pick<Assessment, "rows" | "accuracy" | "meanConfidence" | "successes" | "evidence"> {
  const fooled = (values: Float64Array): Float64Array => values.filter((_, row) => success[row] === 1);
  const evidence = {} as Record<Evidence, EvidenceWorth>;
  for (const name of Object.keys(scores) as Evidence[]) {
    const above = fooled(scores[name]);
    const rate = (fpr: number): Rate => {
      const { value, ci } = rateAtFpr(above, benign[name], fpr);
      return { value, ci };
    };
    evidence[name] = { auroc: separation(above, benign[name]), tpr: { "1": rate(0.01), "5": rate(0.05) } };
  }
  const [before, after] = [predictions(clean), predictions(attacked)];
  return {
    rows: clean.rows,
    accuracy: { before: mean(before.correct!), after: mean(after.correct!) },
    meanConfidence: { before: mean(before.confidence), after: mean(after.confidence) },
    successes: success.reduce((sum, one) => sum + one, 0),
    evidence,
  };
}

/** So many examples, drawn by seed, in their order; all where there are no more. */
export function some(examples: Examples, count: number, seed = 1): Examples {
  const rows = examples.labels.length;
  if (rows <= count) return examples;
  return select(examples, shuffled(rows, seed).subarray(0, count).sort());
}

export const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
