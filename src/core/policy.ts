import type { Calibrator } from "./calibrator.js";
import type { Descriptor } from "./method.js";

/** What JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/**
 * A rule of decision with what it promises: plain JSON that is saved, diffed, signed and shipped, and never changes. Alarms and revocation are a
 * `PolicyState` beside it.
 */
export interface Policy {
  kind: "policy";
  version: 1;
  /** What people call it; the service serves it under this name. */
  name?: string;
  /** Name of the method that reads `params`. */
  method: string;
  /** Thresholds are log-odds, ln p/(1 − p); actions are names. */
  params: { [name: string]: Json };
  /** Names of the classes, one a score of a row. */
  classes: string[];
  /** Applied to a row's scores first. */
  calibrator?: Pick<Calibrator, "method" | "params">;
  /** What holds whatever the scores say, in order: the first that speaks of a row wins. */
  rules?: Rule[];
  /** What is promised, and the evidence it rests on; absent where nothing is. */
  guarantee?: Guarantee;
  /** What is promised besides; all hold together when each holds with its own confidence, whose shortfalls add up. */
  further?: Guarantee[];
  /**
   * What is done once the contract is revoked: one action for every row, or for each action the one in its place (`{ block: "ask" }`), where actions that are
   * not named stay. Absent: as before, but the decision says so.
   */
  whenRevoked?: string | Record<string, string>;
  fittedOn?: { rows: number; hash: string; date: string };
  metrics?: Record<string, number>;
}

/** "Never auto-block class admin": an action that is replaced by another for these classes. */
export interface Rule {
  never: string;
  /** Classes that may win the row; absent for all. */
  classes?: string[];
  instead: string;
}

/** One promise: this rate stays on this side of this bound, with this confidence over draws of the rows it was found on. */
export interface Guarantee {
  rate: "fpr" | "precision" | "recall" | "risk" | "alerts";
  side: "at most" | "at least";
  bound: number;
  confidence: number;
  /** How it was found: "neyman-pearson umbrella", "learn then test", "clopper-pearson". */
  by: string;
  /** Rows that the rate is a share of, and how many of them counted. */
  n: number;
  count: number;
  /** The fewest rows with which this can be promised at all. */
  needed: number;
  /** The class it is about, where there is one promise a class. */
  class?: string;
  /** The share of positives that it was promised for, where that is not the share among the rows. */
  prior?: number;
}

/** What has happened to a policy since: state beside it, never inside. */
export interface PolicyState {
  /** `policyVersion` of the policy it belongs to. */
  policy: string;
  revoked?: { at: string; reason: string };
}

/** What is done about one row, and why. */
export interface Decision {
  id?: string;
  row: number;
  action: string;
  /** The class the action is about. */
  class: string;
  /** Probability of that class (of the positive classes together, where the policy asks about them). */
  p: number;
  /**
   * How far the deciding log-odds are from the threshold they were held against, in nats; negative below it. Of two thresholds it is the nearer, and negative
   * between them; of expected costs, the ln of the second lowest over the lowest.
   */
  margin: number;
  /** Every label that reached its threshold, where labels do not exclude each other. */
  labels?: string[];
  /** One sentence for a person. */
  reason: string;
  /** `policyVersion` of the policy that decided. */
  policy: string;
  /** Whether what the policy promises still holds; absent where it promises nothing. */
  contract?: "holds" | "revoked";
}

/** What a method says of one row, in numbers: filled in by a `Ruler` that is made once for all rows. */
export interface Ruling {
  action: string;
  /** Index of the class that the action is about. */
  class: number;
  /** Of that class, or of the positive classes together; NaN where the row has no probabilities. */
  logOdds: number;
  margin: number;
  /** Indices of the labels that reached their thresholds, where labels do not exclude each other. */
  labels?: number[];
  /** Which stage of a cascade has spoken. */
  stage?: number;
}

/** A policy's method, made ready for many rows. */
export interface Ruler {
  /** Decides about the row of scores that begins at `start`. */
  rule(values: ArrayLike<number>, start: number, ruling: Ruling): void;
  /** Why, of the row that `rule` was last called with: a sentence without its end. */
  reason(ruling: Ruling, p: number): string;
}

/** A way of deciding. */
export interface DecisionMethod extends Descriptor {
  family: "decision";
  /** True when a score says of its class alone how likely it is: log-odds of each, several of which may be true. */
  independent?: true;
  /** Refuses a document whose params are not what `compile` needs. */
  validate(params: Policy["params"], classes: readonly string[]): void;
  /** Every action that a decision may name. */
  actions(params: Policy["params"]): string[];
  compile(params: Policy["params"], classes: readonly string[]): Ruler;
}
