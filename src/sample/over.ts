import type { Param, Params, SampleContext } from "../core/index.js";
import { logSumExpOf } from "./row.js";

/** Engines differ on whether a filter sees the probabilities as an earlier filter left them. */
export const overParam: Param = {
  name: "over",
  type: "choice",
  choices: ["kept", "all"],
  default: "kept",
  help: "Probabilities are over the tokens left, or over all as before any was removed",
};

/** ln Σ exp of all tokens where `over` names them: the logarithm of a probability is a score less this. Undefined where only those left count. */
export function massOfAll(params: Params, context: SampleContext): number | undefined {
  return params["over"] === "all" && context.all ? logSumExpOf(context.all) : undefined;
}
