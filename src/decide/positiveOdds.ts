import type { Param, Policy } from "../core/index.js";
import { checkClasses, checkNumber, indicesOf } from "./fields.js";
import { type Odds, oddsReader } from "./odds.js";
import { either } from "./percent.js";

/** The parameter of methods that ask for P(positive) where production has another base rate than the rows that the scores were calibrated on. */
export const shiftParam: Param = {
  name: "shift",
  type: "number",
  default: 0,
  noop: 0,
  help: "Nats added to the log-odds: another base rate in production",
};

export function checkPositive(params: Policy["params"], classes: readonly string[]): void {
  checkClasses(params["positive"], "positive", classes);
  checkNumber(params, "shift", true);
}

/** Reads the log-odds of P(positive) of a row, the shift added; and how a sentence about it begins. */
export function positiveOdds(
  { positive, shift = 0 }: Policy["params"],
  classes: readonly string[],
): { read(values: ArrayLike<number>, start: number): Odds; what: string } {
  const reader = oddsReader(indicesOf(positive, classes), classes.length);
  const odds: Odds = { logOdds: 0, inside: 0, outside: 0 };
  return {
    read(values, start) {
      reader(values, start, odds);
      odds.logOdds += shift as number;
      return odds;
    },
    what: `P(${either(positive as string[])}) is`,
  };
}
