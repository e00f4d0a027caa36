import { LogitsError, type Params } from "../core/index.js";
import type { ConformalRisk } from "./risk.js";

/**
 * A miss that costs more for some classes: the weight of the true class over the largest weight.
 *
 * @param missWeights one number ≥ 0 a class, comma-separated; empty (default): all 1, which is `miss`
 */
export const weightedMiss: ConformalRisk = {
  name: "weightedMiss",
  family: "conformal",
  help: "A true class is not in the set, at the price of that class over the highest",
  params: [
    {
      name: "missWeights",
      type: "string",
      default: "",
      noop: "",
      help: "Price of missing each class, comma-separated",
    },
  ],
  source: "Bates, Angelopoulos, Lei, Malik & Jordan, J. ACM 68 (2021), §3.1",
  multilabel: false,
  binary: false,
  drops(trues, params) {
    const weights = weightsOf(params);
    if (weights.length === 0) return trues.map(() => 1 / trues.length);
    const most = Math.max(...weights);
    return trues.map((k) => {
      const weight = weights[k];
      if (weight === undefined)
        throw new LogitsError(
          "bad-argument",
          `Cannot weigh a miss: missWeights must be one number a class, got ${weights.length}`,
        );
      return weight / most / trues.length;
    });
  },
};

let read: { text: string; weights: number[] } = { text: "", weights: [] };

function weightsOf({ missWeights = "" }: Params): number[] {
  const text = String(missWeights);
  if (text === read.text) return read.weights;
  const weights = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (!weights.every((weight) => weight >= 0 && weight < Infinity) || Math.max(...weights) === 0)
    throw new LogitsError(
      "bad-argument",
      `Cannot weigh a miss: missWeights must be numbers ≥ 0, not all 0, got ${text}`,
    );
  read = { text, weights };
  return weights;
}
