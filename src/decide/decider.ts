import {
  type Batch,
  type Decision,
  type DecisionMethod,
  LogitsError,
  notFinite,
  type Policy,
  type PolicyState,
  type Ruling,
  toLogits,
} from "../core/index.js";
import { ownOdds } from "./ownOdds.js";
import { policyVersion } from "./version.js";

/**
 * Shows the decision about each row of a batch, in order. It is one object that the next row fills anew: whoever keeps it copies it.
 */
export type EachDecision = (batch: Batch, see: (decision: Decision, row: number) => void) => void;

/** The same as a list. */
export function compileWith(method: DecisionMethod, policy: Policy, state?: PolicyState): (batch: Batch) => Decision[] {
  const each = eachWith(method, policy, state);
  return (batch) => {
    const decisions: Decision[] = [];
    each(batch, (decision) => decisions.push({ ...decision }));
    return decisions;
  };
}

/** Everything about a policy that does not depend on the row. */
export function eachWith(method: DecisionMethod, policy: Policy, state?: PolicyState): EachDecision {
  const { classes, guarantee, whenRevoked } = policy;
  const replaced = typeof whenRevoked === "object" ? new Map(Object.entries(whenRevoked)) : undefined;
  const version = policyVersion(policy);
  const revoked = revocation(state, version);
  const ruler = method.compile(policy.params, classes);
  const rules = (policy.rules ?? []).map(({ never, classes: names, instead }) => ({
    never,
    instead,
    about: names && new Set(names.map((name) => classes.indexOf(name))),
    text: names ? `never for class ${names.join(", ")}` : "never by itself",
  }));
  const ruling: Ruling = { action: "", class: 0, logOdds: 0, margin: 0 };
  const contract = revoked ? "revoked" : guarantee ? "holds" : undefined;

  const finish = (decision: Decision, row: number): void => {
    const p = 1 / (1 + Math.exp(-ruling.logOdds));
    let { action } = ruling;
    let reason = `${ruler.reason(ruling, p)}: ${action}`;
    const stopped = rules.find(({ never, about }) => never === action && (!about || about.has(ruling.class)));
    if (stopped) {
      action = stopped.instead;
      reason += `, but ${stopped.text}: ${action}`;
    }
    if (revoked) {
      const instead = typeof whenRevoked === "string" ? whenRevoked : replaced?.get(action);
      if (instead !== undefined) action = instead;
      reason += `. The contract was revoked ${revoked}${instead === undefined ? "" : `: ${action}`}`;
    }
    decision.row = row;
    decision.action = action;
    decision.class = classes[ruling.class]!;
    decision.p = p;
    decision.margin = ruling.margin;
    decision.reason = `${reason}.`;
    if (ruling.labels) decision.labels = ruling.labels.map((k) => classes[k]!);
  };

  return (given, see) => {
    if (given.classes !== classes.length)
      throw new LogitsError(
        "mismatch",
        `Cannot decide: the scores must have the policy's ${classes.length} classes, got ${given.classes}`,
      );
    if (given.values.length !== given.rows * given.classes)
      throw new LogitsError(
        "bad-data",
        `Cannot decide: ${given.rows} rows × ${given.classes} classes must be ${given.rows * given.classes} numbers, got ${given.values.length}`,
      );
    const batch = method.independent ? ownOdds(given) : toLogits(given);
    const { ids, rows, offset = 0 } = batch;
    const numbers = { row: 0, action: "", class: "", p: 0, margin: 0, reason: "", policy: version };
    const decision: Decision = ids ? { id: "", ...numbers } : numbers;
    if (method.independent) decision.labels = [];
    if (contract) decision.contract = contract;
    for (let row = 0; row < rows; row++) {
      ruler.rule(batch.values, row * batch.classes, ruling);
      if (ruling.logOdds !== ruling.logOdds) throw notFinite(batch, row);
      if (ids) decision.id = ids[row]!;
      finish(decision, offset + row);
      see(decision, row);
    }
  };
}

/** When and why, in words; undefined while the contract holds. */
function revocation(state: PolicyState | undefined, version: string): string | undefined {
  if (!state) return undefined;
  if (state.policy !== version)
    throw new LogitsError(
      "mismatch",
      `Cannot use this state: it must belong to policy ${version}, got one of ${JSON.stringify(state.policy) ?? "none"}`,
    );
  const { revoked } = state;
  if (revoked === undefined) return undefined;
  if (typeof revoked?.at !== "string" || typeof revoked.reason !== "string")
    throw new LogitsError(
      "bad-data",
      `Cannot use this state: revoked must be { at, reason }, got ${JSON.stringify(revoked)}`,
    );
  return `on ${revoked.at} (${revoked.reason})`;
}
