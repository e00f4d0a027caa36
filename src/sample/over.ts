import type { Param, Params, SampleContext } from "../core/index.js";
import { massOver } from "./row.js";

/** Engines differ on whether a filter sees the probabilities as an earlier filter left them. */
export const overParam: Param = {
  name: "over",
  type: "choice",
  choices: ["kept", "all"],
  default: "kept",
  help: "Probabilities are over the tokens left, or over all as before any was removed",
};

/** Mass of the tokens that `over` names, in units of a token with this score. */
export function massNamed(row: Float64Array, params: Params, context: SampleContext, score: number): number {
  return massOver(params["over"] === "all" && context.all ? context.all : row, score);
}
