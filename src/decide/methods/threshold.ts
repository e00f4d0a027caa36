import type { DecisionMethod } from "../../core/index.js";
import { checkAction, checkClasses, checkNumber, indicesOf, onlyFields } from "../fields.js";
import { type Odds, oddsReader } from "../odds.js";
import { either, natsOf, percentOf } from "../percent.js";

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
    {
      name: "shift",
      type: "number",
      default: 0,
      noop: 0,
      help: "Nats added to the log-odds: another base rate in production",
    },
    { name: "above", type: "string", default: "alert", help: "Action at or above the threshold" },
    { name: "below", type: "string", default: "pass", help: "Action below it" },
  ],
  source: "Elkan, IJCAI 2001, §2",
  validate(params, classes) {
    onlyFields(params, ["positive", "threshold", "shift", "above", "below"]);
    checkClasses(params["positive"], "positive", classes);
    checkNumber(params, "threshold");
    checkNumber(params, "shift", true);
    for (const name of ["above", "below"]) checkAction(params, name);
  },
  actions: ({ above, below }) => [above, below] as string[],
  compile({ positive, threshold, shift = 0, above, below }, classes) {
    const read = oddsReader(indicesOf(positive, classes), classes.length);
    const odds: Odds = { logOdds: 0, inside: 0, outside: 0 };
    const what = `P(${either(positive as string[])}) is`;
    const limit = percentOf(threshold as number);
    return {
      rule(values, start, ruling) {
        read(values, start, odds);
        ruling.logOdds = odds.logOdds + (shift as number);
        ruling.margin = ruling.logOdds - (threshold as number);
        const over = ruling.logOdds >= (threshold as number);
        ruling.action = (over ? above : below) as string;
        ruling.class = over ? odds.inside : odds.outside;
      },
      reason: ({ logOdds, margin }) =>
        `${what} ${percentOf(logOdds)}, ${margin >= 0 ? "at or above" : "below"} the threshold of ${limit} by ${natsOf(margin)}`,
    };
  },
};
