import {
  type Batch,
  type Calibrator,
  fittedOn,
  type Guarantee,
  hashBatch,
  LogitsError,
  type Policy,
  type Rule,
  type Source,
} from "../core/index.js";
import { type BandRates, decisionMethods, type Rate, validatePolicy, type Wish } from "../decide/index.js";

/** A cost for each action, of each class or of all. */
export type ActionCosts = Record<string, number | Record<string, number>>;

export interface ThresholdOptions extends Omit<Wish, "costs" | "budget"> {
  /** Alerts that there may be on average in `volume` rows. */
  budget?: number;
  /** Default: as many as there are. */
  volume?: number;
  /** Which classes are positive: names or indices, several, or "not:normal". Not with `maxRisk`, `perClass` or costs of actions. */
  positive?: string | number | readonly (string | number)[];
  /** Of a false alert, a miss and of asking: `{ fp, fn, ask? }`; or of each action and class. */
  costs?: Wish["costs"] | ActionCosts;
  /** One threshold a class, each for the rows that it wins. */
  perClass?: boolean;
  /** Labels that do not exclude each other: 0 or 1 for each row and label, and one threshold a label. */
  truth?: Source;
  calibrator?: Calibrator;
  /** Rows that the figures are measured on as well; without them a seeded 5-fold estimate. */
  evalSource?: Source;
  /** Default 0. */
  seed?: number;
  /** Names of the actions, from the surest positive down: two for one threshold, three for two. */
  actions?: readonly string[];
  rules?: Rule[];
  name?: string;
  /** One action for every row, or `{ block: "ask" }`: see `Policy`. */
  whenRevoked?: string | Record<string, string>;
}

/** What was found, what it promises and how it fares. */
export interface ThresholdResult {
  /** False when the promise cannot be made, and then there is no policy. */
  met: boolean;
  /** Why not. */
  reason?: string;
  /** The fewest rows with which it could be, and how many there are, where that is why. */
  needed?: number;
  have?: number;
  policy?: Policy;
  /** `policyVersion` of the policy. */
  version?: string;
  /** The threshold as P, and as log-odds. */
  at?: number;
  logit?: number;
  /**
   * The log-odds of the scores as they came that `logit` equals, before the calibrator and the shift of a prior. Only where there is one: without a calibrator, or
   * with a plain temperature and two classes, where it is (logit − shift)·temperature.
   */
  rawLogit?: number;
  /** The lower of two thresholds. */
  low?: { at: number; logit: number; rawLogit?: number };
  guarantee?: Guarantee;
  further?: Guarantee[];
  rows: number;
  positives?: number;
  negatives?: number;
  /** On the rows that the threshold was found on: optimistic, where it was found by looking for the best. */
  alerts?: Rate;
  fpr?: Rate;
  precision?: Rate;
  recall?: Rate;
  asked?: Rate;
  missed?: Rate;
  /** Of selective prediction: share of the rows that are accepted, and of these that are wrong. */
  coverage?: Rate;
  risk?: Rate;
  /** What `beta` asks to be largest. */
  fBeta?: Rate;
  /** Mean cost of a row. */
  cost?: Rate;
  /** Alerts on average in as many rows as the budget is for. */
  alertsPerVolume?: Rate;
  /** One a class, where there is a threshold a class. */
  classes?: (
    | ({
        class: string;
        at: number;
        logit: number;
        guarantee?: Guarantee;
        /** On rows that it was not found on: `refused` of the folds found nothing. */
        heldOut?: Partial<BandRates> & { source: "file" | "cv5"; refused?: number };
      } & BandRates)
    | { class: string; refused: string; needed?: number; have?: number }
  )[];
  /** On rows that the threshold was not found on. */
  heldOut?: HeldOut | { source: "cv5"; refused: number };
  /** The same threshold on the scores as they were before the calibrator. */
  uncalibrated?: Partial<BandRates>;
  /** Of the plain rule without a calibrator: the same threshold after a temperature, each row's of the other folds; and the temperature of all rows. */
  calibrated?: { source: "cv5"; method: "temperature"; temperature: number } & Partial<BandRates>;
  warnings: string[];
}

export type HeldOut = {
  source: "file" | "cv5";
  rows: number;
  coverage?: Rate;
  risk?: Rate;
  fBeta?: Rate;
  cost?: Rate;
} & Partial<BandRates>;

/** The envelope of a policy that was found on these rows, checked. */
export function envelope(
  { method, params }: Pick<Policy, "method" | "params">,
  guarantees: readonly Guarantee[],
  { name, calibrator, rules, whenRevoked }: ThresholdOptions,
  classes: string[],
  rows: Batch,
): Policy {
  const actions = decisionMethods.find((one) => one.name === method)!.actions(params);
  for (const { never, classes: about = [] } of rules ?? []) {
    if (!actions.includes(never)) refuseOption(`never must be an action of the policy (${actions.join(", ")})`, never);
    const odd = about.find((one) => !classes.includes(one));
    if (odd !== undefined) refuseOption("classes of a rule must be classes of the scores", odd);
  }
  if (typeof whenRevoked === "object") {
    const known = [...actions, ...(rules ?? []).map(({ instead }) => instead)];
    const odd = Object.keys(whenRevoked).find((action) => !known.includes(action));
    if (odd !== undefined) refuseOption(`whenRevoked must be of actions of the policy (${known.join(", ")})`, odd);
  }
  return validatePolicy({
    kind: "policy",
    version: 1,
    ...(name !== undefined && { name }),
    method,
    params,
    classes: [...classes],
    ...(calibrator && { calibrator: { method: calibrator.method, params: calibrator.params } }),
    ...(rules && rules.length > 0 && { rules }),
    ...(guarantees[0] && { guarantee: guarantees[0] }),
    ...(guarantees.length > 1 && { further: guarantees.slice(1) }),
    ...(whenRevoked !== undefined && { whenRevoked }),
    fittedOn: fittedOn(rows),
  });
}

/** The names that were given, or `own` ones. */
export function actionNames({ actions, abstain, costs }: ThresholdOptions, own: readonly string[]): readonly string[] {
  if (!actions) return own;
  if (new Set(actions).size !== actions.length) refuseOption("actions must be different names", actions.join(", "));
  if (actions.length === own.length && actions.every(Boolean)) return actions;
  // Three names serve where one threshold was enough in the end.
  const mightAsk = abstain || (costs !== undefined && "ask" in costs);
  if (mightAsk && actions.length === 3 && own.length === 2) return [actions[0]!, actions[2]!];
  return refuseOption(`actions must be ${own.length} names (as ${own.join(", ")})`, actions.join(", "));
}

export function refuseOption(what: string, got: unknown): never {
  throw new LogitsError("bad-argument", `Cannot find a threshold: ${what}, got ${got}`);
}

/** Rows that taught the calibrator are not new to it: what is found on them rests on probabilities that are a little too good. */
export function sameRowsWarning({ calibrator }: ThresholdOptions, rows: Batch): string[] {
  if (calibrator?.fittedOn === undefined || calibrator.fittedOn.hash !== hashBatch(rows)) return [];
  return [
    "The calibrator was fitted on these very rows: figures and promises here are made of scores that have seen their labels. Fit it on other rows, or test the policy on others with --check.",
  ];
}
