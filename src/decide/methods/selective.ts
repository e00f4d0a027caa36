import type { DecisionMethod } from "../../core/index.js";
import { checkActions, checkNumber, onlyFields } from "../fields.js";
import { type Odds, winnerReader } from "../odds.js";
import { besideLimit, percentOf } from "../percent.js";

/**
 * Selective prediction: the winner is accepted where its log-odds against all the rest are at or above the threshold; else a person is asked.
 *
 * z_winner − lse of the others ≥ threshold.
 *
 * @example
 *     { method: "selective", params: { threshold: 1.39, accept: "accept", abstain: "ask" } }
 */
export const selective: DecisionMethod = {
  name: "selective",
  family: "decision",
  help: "The winner where it is sure enough, else a person is asked",
  params: [
    { name: "threshold", type: "number", help: "Log-odds of the winner from which on it is accepted" },
    { name: "accept", type: "string", default: "accept", help: "Action at or above the threshold" },
    { name: "abstain", type: "string", default: "ask", help: "Action below it" },
  ],
  source: "Geifman and El-Yaniv, NeurIPS 2017",
  validate(params) {
    onlyFields(params, ["threshold", "accept", "abstain"]);
    checkNumber(params, "threshold");
    checkActions(params, "accept", "abstain");
  },
  actions: ({ accept, abstain }) => [accept, abstain] as string[],
  compile(params, classes) {
    const { threshold, accept, abstain } = params as { threshold: number; accept: string; abstain: string };
    const read = winnerReader(classes.length);
    const odds: Odds = { logOdds: 0, inside: 0, outside: 0 };
    const limit = `the ${percentOf(threshold)} that are needed`;
    return {
      rule(values, start, ruling) {
        read(values, start, odds);
        ruling.logOdds = odds.logOdds;
        ruling.margin = odds.logOdds - threshold;
        ruling.action = odds.logOdds >= threshold ? accept : abstain;
        ruling.class = odds.inside;
      },
      reason: ({ class: winner, logOdds, margin }) =>
        `${classes[winner]} has ${percentOf(logOdds)}, ${besideLimit(limit, margin)}`,
    };
  },
};
