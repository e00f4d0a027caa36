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

/** ln Σ exp over the tokens that `over` names: the logarithm of a probability is a score less this. */
export function logMassOver(row: Float64Array, params: Params, context: SampleContext): number {
  return logSumExpOf(params["over"] === "all" && context.all ? context.all : row);
}
