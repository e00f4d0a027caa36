import type { DecisionMethod } from "../../core/index.js";
import { checkActions, checkNumber, onlyFields } from "../fields.js";
import { besideLimit, percentOf } from "../percent.js";
import { checkPositive, positiveOdds, shiftParam } from "../positiveOdds.js";

/**
 * One threshold on P(positive): `above` where its log-odds are at or above the threshold, `below` where they are not.
 *
 * lse of the positive classes − lse of the others + shift ≥ threshold. `shift` is the change of base rate, in nats, where production has another one.
 *
 * @example
 *     { method: "threshold", params: { positive: ["spam"], threshold: 2.944, above: "block", below: "pass" } }
 */
export const threshold: DecisionMethod = {
  name: "threshold",
  family: "decision",
  help: "One threshold on P(positive), at or above which the action is taken",
  params: [
    { name: "threshold", type: "number", help: "Log-odds of P(positive) from which on the action is `above`" },
    shiftParam,
    { name: "above", type: "string", default: "alert", help: "Action at or above the threshold" },
    { name: "below", type: "string", default: "pass", help: "Action below it" },
  ],
  source: "Elkan, IJCAI 2001, §2",
  validate(params, classes) {
    onlyFields(params, ["positive", "threshold", "shift", "above", "below"]);
    checkPositive(params, classes);
    checkNumber(params, "threshold");
    checkActions(params, "above", "below");
  },
  actions: ({ above, below }) => [above, below] as string[],
  compile(params, classes) {
    const { threshold, above, below } = params as { threshold: number; above: string; below: string };
    const { read, what } = positiveOdds(params, classes);
    const limit = `the threshold of ${percentOf(threshold)}`;
    return {
      rule(values, start, ruling) {
        const { logOdds, inside, outside } = read(values, start);
        const over = logOdds >= threshold;
        ruling.logOdds = logOdds;
        ruling.margin = logOdds - threshold;
        ruling.action = over ? above : below;
        ruling.class = over ? inside : outside;
      },
      reason: ({ logOdds, margin }) => `${what} ${percentOf(logOdds)}, ${besideLimit(limit, margin)}`,
    };
  },
};
