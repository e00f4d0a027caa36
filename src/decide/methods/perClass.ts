import type { DecisionMethod, Json } from "../../core/index.js";
import { checkActions, checkByClass, isNumber, onlyFields } from "../fields.js";
import { type Odds, winnerReader } from "../odds.js";
import { actionOfEach, checkOwnActions, everyAction } from "../ownActions.js";
import { besideLimit, percentOf } from "../percent.js";

/**
 * One threshold a class: the winner is accepted where its log-odds against all the rest are at or above the threshold of its own class; else, and for a class
 * without a threshold, a person is asked.
 *
 * `actions` gives a class an action of its own in the place of `accept`.
 *
 * @example
 *     { method: "perClass", params: { thresholds: { cat: 1.2, dog: 2.5, bird: null }, accept: "accept", abstain: "ask" } }
 */
export const perClass: DecisionMethod = {
  name: "perClass",
  family: "decision",
  help: "The winner where it reaches its own class's threshold, else a person is asked",
  params: [
    { name: "accept", type: "string", default: "accept", help: "Action at or above the class's threshold" },
    { name: "abstain", type: "string", default: "ask", help: "Action below it, and for a class that has none" },
  ],
  source: "Fumera, Roli and Giacinto, Pattern Recognition 2000",
  validate(params, classes) {
    onlyFields(params, ["thresholds", "accept", "abstain", "actions"]);
    const valid = (value: Json): boolean => value === null || isNumber(value);
    checkByClass(params["thresholds"], "thresholds", classes, valid, "finite log-odds, or null");
    checkOwnActions(params, classes);
    checkActions(params, "accept", "abstain");
  },
  actions: (params) => everyAction(params, params["accept"] as string, params["abstain"] as string),
  compile(params, classes) {
    const given = params["thresholds"] as Record<string, number | null>;
    const thresholds = Float64Array.from(classes, (name) => given[name] ?? Infinity);
    const actions = actionOfEach(params, classes, params["accept"] as string);
    const abstain = params["abstain"] as string;
    const read = winnerReader(classes.length);
    const odds: Odds = { logOdds: 0, inside: 0, outside: 0 };
    return {
      rule(values, start, ruling) {
        read(values, start, odds);
        const winner = odds.inside;
        const threshold = thresholds[winner]!;
        // Where there is no threshold, not even certainty reaches it.
        const reached = odds.logOdds >= threshold && threshold !== Infinity;
        ruling.logOdds = odds.logOdds;
        ruling.margin = threshold === Infinity ? -Infinity : odds.logOdds - threshold;
        ruling.action = reached ? actions[winner]! : abstain;
        ruling.class = winner;
      },
      reason({ class: winner, logOdds, margin }) {
        const what = `${classes[winner]} has ${percentOf(logOdds)}`;
        if (thresholds[winner] === Infinity) return `${what}, and is a class that is never accepted`;
        return `${what}, ${besideLimit(`the ${percentOf(thresholds[winner]!)} that this class needs`, margin)}`;
      },
    };
  },
};
