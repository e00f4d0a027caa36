import type { DecisionMethod } from "../../core/index.js";
import { checkActions, checkNumber, onlyFields, refusePolicy } from "../fields.js";
import { besideLimit, percentOf } from "../percent.js";
import { checkPositive, positiveOdds, shiftParam } from "../positiveOdds.js";

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
    shiftParam,
    { name: "above", type: "string", default: "alert", help: "Action at or above `high`" },
    { name: "between", type: "string", default: "ask", help: "Action from `low` up to `high`" },
    { name: "below", type: "string", default: "pass", help: "Action below `low`" },
  ],
  source: "Chow, IEEE Trans. Information Theory 1970",
  validate(params, classes) {
    onlyFields(params, ["positive", "low", "high", "shift", "above", "between", "below"]);
    checkPositive(params, classes);
    for (const name of ["low", "high"]) checkNumber(params, name);
    if ((params["low"] as number) > (params["high"] as number))
      refusePolicy(`low must be at most high (${params["high"]})`, params["low"]);
    checkActions(params, "above", "between", "below");
  },
  actions: ({ above, between, below }) => [above, between, below] as string[],
  compile(params, classes) {
    const { low, high } = params as { low: number; high: number };
    const { above, between, below } = params as Record<"above" | "between" | "below", string>;
    const { read, what } = positiveOdds(params, classes);
    const [lowText, highText] = [percentOf(low), percentOf(high)];
    return {
      rule(values, start, ruling) {
        const { logOdds: at, inside, outside } = read(values, start);
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
        ruling.class = at < low ? outside : inside;
      },
      reason({ logOdds, margin }) {
        const p = percentOf(logOdds);
        if (logOdds >= high) return `${what} ${p}, ${besideLimit(`the threshold of ${highText}`, margin)}`;
        if (logOdds < low) return `${what} ${p}, ${besideLimit(`the threshold of ${lowText}`, -margin)}`;
        return `${what} ${p}, between ${lowText} and ${highText}, where neither side is sure enough`;
      },
    };
  },
};
