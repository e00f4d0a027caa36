// What the contract of samplers needs to know of each.
import type { Params } from "../../src/core/index.js";

/** Values with which each sampler acts, harder from left to right where it has a switch that cuts or changes more and more. */
export interface SamplerCase {
  values: Params[];
  /** The kept sets of `values` are nested, each within the one before. */
  nested?: true;
  /** Applied twice it is as applied once. */
  idempotent?: true;
  /** Why a rule does not hold. */
  not?: Partial<Record<Rule, string>>;
}
type Rule = "shift" | "permutation" | "removed";

const series = (name: string, values: (number | string)[], more: Params = {}): Params[] =>
  values.map((value) => ({ ...more, [name]: value }));

export const byId = "names tokens by id";
const ranksEquals = "tokens that tie are told apart by id; rows here have ties";
const forces = "a forced token comes back";

export const samplerCases: Record<string, SamplerCase> = {
  temperature: { values: series("temperature", [0.5, 2, 0]), not: {} },
  topK: { values: series("topK", [9, 5, 2, 1]), nested: true, idempotent: true },
  topP: { values: [...series("topP", [0.95, 0.7, 0.3, 0])], nested: true },
  minP: { values: series("minP", [0.01, 0.1, 0.5, 1]), nested: true, idempotent: true },
  typical: { values: series("typicalP", [0.95, 0.7, 0.3, 0.01]), nested: true },
  topNSigma: { values: series("topNSigma", [3, 1.5, 1, 0.1]), nested: true },
  topA: { values: series("topA", [0.1, 0.5, 1]), nested: true },
  topH: { values: series("topH", [0.9, 0.5, 0.1]), nested: true },
  tailFree: { values: series("tfs", [0.99, 0.7, 0.1]), nested: true },
  epsilonCutoff: { values: series("epsilonCutoff", [0.001, 0.05, 0.4]), nested: true },
  etaCutoff: { values: series("etaCutoff", [0.001, 0.05, 0.6]), nested: true },
  dynamicTemperature: { values: series("dynatempHigh", [1.5, 3], { dynatempLow: 0.5 }) },
  quadraticSmoothing: { values: series("smoothingFactor", [0.2, 1.5]) },
  skew: { values: series("skew", [-1, 1, 3]), not: { permutation: ranksEquals } },
  xtc: { values: series("xtcThreshold", [0.3, 0.1, 0.01, 0], { xtcProbability: 1 }) },
  mirostat: { values: series("mirostatTau", [2, 1, 0.3], { mirostat: 2 }), nested: true },
  adaptiveP: { values: series("adaptiveTarget", [0.2, 0.8]) },
  repetitionPenalty: {
    values: series("repetitionPenalty", [1.3]),
    not: { shift: "the sign of a score matters", permutation: byId },
  },
  frequencyPresence: { values: [{ frequencyPenalty: 0.5, presencePenalty: 0.2 }], not: { permutation: byId } },
  dry: { values: series("dryMultiplier", [0.8]), not: { permutation: byId } },
  noRepeatNgram: { values: series("noRepeatNgramSize", [2]), idempotent: true, not: { permutation: byId } },
  logitBias: { values: [{ logitBias: "0:2,1:-Infinity" }], not: { permutation: byId } },
  sequenceBias: { values: [{ sequenceBias: "0:2;1 2 3:-4" }], not: { permutation: byId } },
  badWords: { values: [{ badWords: "0;1 2 3" }], idempotent: true, not: { permutation: byId } },
  minLength: { values: [{ minLength: 99 }], idempotent: true, not: { permutation: byId } },
  minNewTokens: { values: [{ minNewTokens: 99 }], idempotent: true, not: { permutation: byId } },
  forcedBos: { values: [{ forcedBos: 0 }], not: { permutation: byId, removed: forces } },
  forcedEos: { values: [{ forcedEos: "0", maxLength: 7 }], not: { permutation: byId, removed: forces } },
  exponentialDecayLength: {
    values: [{ decayFactor: 1.2 }],
    not: { shift: "the size of a score matters", permutation: byId },
  },
  allowedTokens: { values: [{ allowedTokens: "0,1,2,3,4" }], idempotent: true, not: { permutation: byId } },
  suppressTokens: { values: [{ suppressTokens: "1,2" }], idempotent: true, not: { permutation: byId } },
  beginSuppressTokens: { values: [{ beginSuppressTokens: "1" }], idempotent: true, not: { permutation: byId } },
  reasoningBudget: {
    values: [{ reasoningBudget: 1, reasoningStart: "1", reasoningEnd: "0" }],
    not: { permutation: byId, removed: forces },
  },
};

/** Samplers that need a second row, a mask or a text of their own: their contracts stand beside them. */
export const heldElsewhere: readonly string[] = [
  "guidance",
  "contrastive",
  "dola",
  "mask",
  "kgw",
  "synthId",
  "lzPenalty",
  "infill",
];
