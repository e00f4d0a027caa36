import { type Decision, LogitsError, type Policy, type PolicyState } from "../core/index.js";
import { decisionMethods, validatePolicy } from "../decide/index.js";
import { policyRunner } from "./decide.js";

export type GateAction = "proceed" | "ask" | "refuse";

/** A decision about one call: what to do with it, and what the policy calls that. */
export interface GateDecision extends Omit<Decision, "row" | "id" | "action"> {
  action: GateAction;
  /** The policy's own name of the action. */
  decided: string;
}

/** Scores of a choice whose labels are not all listed: each is known to lie between two ends, as `scoreLabels` of `logits/bounds` gives it. */
export interface BoundedScores {
  labels: readonly string[];
  scores: readonly { lo: number; hi: number; logprob?: number }[];
}

/** One row: scores in the order of the policy's classes, an explanation, or scores of labels. */
export type GateInput = ArrayLike<number> | { logits: ArrayLike<number>; classes?: readonly string[] } | BoundedScores;

export interface GateOptions {
  /** What the policy's actions mean for a call; those called proceed, ask or refuse need no entry. */
  actions?: Readonly<Record<string, GateAction>>;
  state?: PolicyState;
}

/**
 * A gate before a tool call: proceed, ask a person, or refuse, as the policy says.
 *
 * Scores of which only bounds are known are decided about only where every value within the bounds gives the same action; else a person is asked.
 *
 * @throws "bad-argument" where an action of the policy is none of the three and `actions` does not say which it is; what `policyRunner` throws.
 * @example
 *     const pass = gate(policy, { actions: { run: "proceed" } });
 *     pass([4.1, -0.3]).action;                      // "proceed"
 *     pass(scoreLabels(capture, ["safe", "unsafe"])); // top-logprobs of a server
 */
export function gate(policy: Policy, options: GateOptions = {}): (given: GateInput) => GateDecision {
  const { params, classes, method, rules = [], whenRevoked } = validatePolicy(policy);
  const decide = policyRunner(policy, options.state);
  const own = decisionMethods.find(({ name }) => name === method)!.actions(params);
  const meaning = meanings(
    [...own, ...rules.map(({ instead }) => instead), ...revokedActions(whenRevoked)],
    options.actions ?? {},
  );
  const asks = [...meaning].find(([, action]) => action === "ask")?.[0] ?? "ask";

  const byClass = rules.some(({ classes: about }) => about !== undefined);
  const rowOf = (values: ArrayLike<number>): GateDecision => {
    const batch = { kind: "logits" as const, values: Float64Array.from(values), rows: 1, classes: values.length };
    const { row: _, action, ...rest } = decide(batch)[0]!;
    return { ...rest, action: meaning.get(action)!, decided: action };
  };
  return (given) => {
    checkGiven(given);
    if (!isBounded(given)) return rowOf(rowScores(given, classes));
    const scores = inOrder(given, classes);
    if (scores.every(({ logprob }) => logprob !== undefined)) return rowOf(scores.map(({ logprob }) => logprob!));
    const decided = corners(policy, scores).map(rowOf);
    const agreed =
      decided.length > 0 &&
      (policy.method === "selective" || policy.method === "perClass" ? sure(decided, classes) : same(decided));
    const unlisted = classes.filter((_, k) => scores[k]!.logprob === undefined).join(", ");
    if (agreed && (!byClass || decided.every((one) => settled(one.class, params, classes, scores))))
      return { ...agreed, reason: `Whatever ${unlisted} scores within its bounds, at worst: ${agreed.reason}` };
    const base = nearest(decided) ?? rowOf(scores.map(({ lo, hi }) => (lo === -Infinity ? hi : lo)));
    return {
      ...base,
      action: "ask",
      decided: asks,
      reason: `The score of ${unlisted} is known within bounds only, and they do not settle the decision: ${asks}.`,
    };
  };
}

function revokedActions(whenRevoked: Policy["whenRevoked"]): string[] {
  if (whenRevoked === undefined) return [];
  return typeof whenRevoked === "string" ? [whenRevoked] : Object.values(whenRevoked);
}

function meanings(actions: readonly string[], given: NonNullable<GateOptions["actions"]>): Map<string, GateAction> {
  const three: readonly string[] = ["proceed", "ask", "refuse"] satisfies GateAction[];
  return new Map(
    actions.map((action) => {
      const meaning = given[action] ?? action;
      if (!three.includes(meaning))
        throw new LogitsError(
          "bad-argument",
          `Cannot gate by this policy: every action must be proceed, ask or refuse, or be said to be one by actions, got ${action}`,
          { hint: `actions: { ${JSON.stringify(action)}: "ask" }` },
        );
      return [action, meaning as GateAction] as const;
    }),
  );
}

function isBounded(given: GateInput): given is BoundedScores {
  return "labels" in given && "scores" in given;
}

/** Of a caller without types. */
function checkGiven(given: GateInput): void {
  const isList = (list: unknown): boolean =>
    typeof list === "object" && typeof (list as ArrayLike<unknown> | null)?.length === "number";
  const { logits, labels, scores } = (isList(given) ? { logits: given } : (given ?? {})) as Record<string, unknown>;
  if (isList(logits) || (isList(labels) && isList(scores))) return;
  throw new LogitsError(
    "bad-argument",
    `Cannot gate: a row must be a list of scores, { logits } or { labels, scores }, got ${JSON.stringify(given) ?? "none"}`,
  );
}

function rowScores(given: Exclude<GateInput, BoundedScores>, classes: readonly string[]): ArrayLike<number> {
  if (!("logits" in given)) return given;
  const names = given.classes ?? classes;
  if (names.length === classes.length && names.every((name, k) => name === classes[k])) return given.logits;
  throw new LogitsError(
    "mismatch",
    `Cannot gate: the explanation must be of ${classes.join(", ")}, got ${names.join(", ")}`,
  );
}

/** The scores in the order of the policy's classes. */
function inOrder({ labels, scores }: BoundedScores, classes: readonly string[]): BoundedScores["scores"] {
  const order = classes.map((name) => labels.indexOf(name));
  if (labels.length === classes.length && scores.length === labels.length && !order.includes(-1))
    return order.map((at) => scores[at]!);
  throw new LogitsError("mismatch", `Cannot gate: the labels must be ${classes.join(", ")}, got ${labels.join(", ")}`);
}

/**
 * The rows of scores that are the extremes for this policy: what holds at all of them holds everywhere within the bounds, since log-odds rise with the scores
 * of one side and fall with those of the other. None where that is not known of the method or of its calibrator.
 */
function corners({ method, params, classes, calibrator }: Policy, scores: BoundedScores["scores"]): number[][] {
  if (calibrator && calibrator.method !== "temperature") return [];
  const favour = (favoured: (k: number) => boolean): number[] => scores.map(({ lo, hi }, k) => (favoured(k) ? hi : lo));
  if (method === "threshold" || method === "band") {
    const positive = new Set((params["positive"] as string[]).map((name) => classes.indexOf(name)));
    return [favour((k) => positive.has(k)), favour((k) => !positive.has(k))];
  }
  if (method === "selective" || method === "perClass") return classes.map((_, winner) => favour((k) => k !== winner));
  return [];
}

/** The decision of all corners, as the one has it that is nearest to another: its probability is what can be said at least, or at most. */
function same(decided: readonly GateDecision[]): GateDecision | undefined {
  return decided.every(({ decided: name }) => name === decided[0]!.decided) ? nearest(decided) : undefined;
}

function nearest(decided: readonly GateDecision[]): GateDecision | undefined {
  return decided.reduce<GateDecision | undefined>(
    (least, one) => (least && Math.abs(least.margin) <= Math.abs(one.margin) ? least : one),
    undefined,
  );
}

/** A class that wins, and reaches its threshold, where everything favours the others. */
function sure(decided: readonly GateDecision[], classes: readonly string[]): GateDecision | undefined {
  return decided.find((one, winner) => one.margin >= 0 && one.class === classes[winner]);
}

/**
 * Whether no other class on its side of the question can be likelier than this one: a rule speaks of the likeliest, which corners alone do not settle.
 */
function settled(
  name: string,
  params: Policy["params"],
  classes: readonly string[],
  scores: BoundedScores["scores"],
): boolean {
  const positive = params["positive"] as string[] | undefined;
  // Where there is no positive class, `sure` has settled the winner.
  if (!positive) return true;
  const least = scores[classes.indexOf(name)]!.lo;
  return classes.every(
    (other, k) => other === name || positive.includes(other) !== positive.includes(name) || scores[k]!.hi < least,
  );
}
