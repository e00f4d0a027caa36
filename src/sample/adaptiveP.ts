import type { Params, SampleContext, Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { probabilitiesOf } from "./row.js";

/**
 * Prefers tokens whose probability is near a target that moves against what was drawn, so that the drawn probabilities come near the target
 * on average.
 *
 *     z′ = 5 − 10·d²/(1 + d)        d = |p − t| / 0.3
 *     t  = clamp(2·target − Σ w_i p_i / Σ w_i, 0, 1), w falling by `adaptiveDecay` a token, in balance at the start
 *
 * p is over the tokens left. What comes out has a scale of its own: 5 at the target.
 *
 * The average stays below the target, in llama.cpp as here: 3,000 draws of its own for targets 0.1, 0.2, 0.3, 0.4, 0.5 have means 0.079, 0.175, 0.258,
 * 0.373, 0.476 (rows of 40 tokens after min-p 0.01), ours 0.079, 0.175, 0.259, 0.372, 0.477. Given its draws, memory and scores are its own to 1e-5
 * (test/sampling/adaptiveP.test.ts).
 *
 * @param adaptiveTarget target; range [−1, 1], below 0 off; default and no-op −1
 * @param adaptiveDecay range [0, 1], default 0.9; more than 0.99 counts as that
 *
 * @example
 *     adaptiveP.apply(Float64Array.of(0.6, 0.4).map(Math.log), { adaptiveTarget: 0.3 })   // [0, 4.1667]
 */
export const adaptiveP: Sampler = defineSampler({
  name: "adaptiveP",
  role: "shape",
  help: "Prefers tokens whose probability is near a target that moves against what was drawn",
  params: [
    {
      name: "adaptiveTarget",
      type: "number",
      min: -1,
      max: 1,
      default: -1,
      noop: -1,
      help: "Probability that the drawn tokens should have on average; below 0 is off",
    },
    { name: "adaptiveDecay", type: "number", min: 0, max: 1, default: 0.9, help: "Weight of what was drawn before" },
  ],
  source: "llama.cpp #17927",
  isOff: (params) => numberOf(params, "adaptiveTarget") < 0,
  change(row, params, context, place) {
    const target = movedTarget(params, context, place);
    const p = probabilitiesOf(row);
    for (let id = 0; id < row.length; id++) {
      if (row[id] === -Infinity) continue;
      const d = Math.abs(p[id]! - target) / 0.3;
      row[id] = 5 - (10 * d * d) / (1 + d);
    }
  },
  accept(token, before, _drawn, params, context, place) {
    const decay = decayOf(params);
    const { sum, weight } = memory(params, context, place);
    context.state[place] = { sum: sum * decay + probabilitiesOf(before)[token]!, weight: weight * decay + 1 };
  },
});

const decayOf = (params: Params): number => Math.min(0.99, numberOf(params, "adaptiveDecay"));

function memory(params: Params, { state }: SampleContext, place: number): { sum: number; weight: number } {
  const weight = 1 / (1 - decayOf(params));
  const kept = state[place];
  return kept
    ? { sum: kept["sum"]!, weight: kept["weight"]! }
    : { sum: numberOf(params, "adaptiveTarget") * weight, weight };
}

function movedTarget(params: Params, context: SampleContext, place: number): number {
  const { sum, weight } = memory(params, context, place);
  return Math.min(1, Math.max(0, 2 * numberOf(params, "adaptiveTarget") - sum / weight));
}
