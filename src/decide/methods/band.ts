import type { DecisionMethod } from "../../core/index.js";
import { checkAction, checkClasses, checkNumber, indicesOf, onlyFields, refusePolicy } from "../fields.js";
import { type Odds, oddsReader } from "../odds.js";
import { either, natsOf, percentOf } from "../percent.js";

/**
 * Two thresholds on P(positive) with a band between them in which nobody is sure enough: `above` at or above `high`, `below` below `low`, else `between`.
 *
 * The margin is that to the nearer end of the band, negative inside it.
 *
 * @example
 *     { method: "band", params: { positive: ["spam"], low: -2, high: 3, above: "block", between: "ask", below: "pass" } }
 */
export const band: DecisionMethod = {
  name: "band",
  family: "decision",
  help: "Two thresholds on P(positive), and a person is asked between them",
  params: [
    { name: "low", type: "number", help: "Log-odds below which the action is `below`" },
    { name: "high", type: "number", help: "Log-odds from which on the action is `above`" },
    {
      name: "shift",
      type: "number",
      default: 0,
      noop: 0,
      help: "Nats added to the log-odds: another base rate in production",
    },
    { name: "above", type: "string", default: "alert", help: "Action at or above `high`" },
    { name: "between", type: "string", default: "ask", help: "Action from `low` up to `high`" },
    { name: "below", type: "string", default: "pass", help: "Action below `low`" },
  ],
  source: "Chow, IEEE Trans. Information Theory 1970",
  validate(params, classes) {
    onlyFields(params, ["positive", "low", "high", "shift", "above", "between", "below"]);
    checkClasses(params["positive"], "positive", classes);
    for (const name of ["low", "high"]) checkNumber(params, name);
    checkNumber(params, "shift", true);
    if ((params["low"] as number) > (params["high"] as number))
      refusePolicy(`low must be at most high (${params["high"]})`, params["low"]);
    for (const name of ["above", "between", "below"]) checkAction(params, name);
  },
  actions: ({ above, between, below }) => [above, between, below] as string[],
  compile(params, classes) {
    const [low, high, shift] = [params["low"], params["high"], params["shift"] ?? 0] as [number, number, number];
    const [above, between, below] = [params["above"], params["between"], params["below"]] as [string, string, string];
    const read = oddsReader(indicesOf(params["positive"], classes), classes.length);
    const odds: Odds = { logOdds: 0, inside: 0, outside: 0 };
    const what = `P(${either(params["positive"] as string[])}) is`;
    const [lowText, highText] = [percentOf(low), percentOf(high)];
    return {
      rule(values, start, ruling) {
        read(values, start, odds);
        const at = odds.logOdds + shift;
        ruling.logOdds = at;
        if (at >= high) {
          ruling.action = above;
          ruling.margin = at - high;
        } else if (at < low) {
          ruling.action = below;
          ruling.margin = low - at;
        } else {
          ruling.action = between;
          ruling.margin = Math.max(at - high, low - at);
        }
        ruling.class = at < low ? odds.outside : odds.inside;
      },
      reason({ logOdds, margin }) {
        const p = percentOf(logOdds);
        if (logOdds >= high) return `${what} ${p}, at or above the threshold of ${highText} by ${natsOf(margin)}`;
        if (logOdds < low) return `${what} ${p}, below the threshold of ${lowText} by ${natsOf(margin)}`;
        return `${what} ${p}, between ${lowText} and ${highText}, where neither side is sure enough`;
      },
    };
  },
};
