import { greedyBelow, type Profile } from "./profile.js";

/** SGLang: top-k and top-p cut the same distribution, neither seeing what the other removed. */
export const sglang: Profile = {
  engine: "sglang",
  version: "00c17caf",
  defaults: { temperature: 1 },
  order: [
    { sampler: "logitBias" },
    { sampler: "repetitionPenalty", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "frequencyPresence", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "minNewTokens" },
    { sampler: "temperature" },
    { sampler: "topK", rules: { ties: "exact" } },
    { sampler: "topP", rules: { over: "all", equal: "keep" } },
    { sampler: "minP" },
  ],
  ignores: { penaltyWindow: "penalties count all tokens generated" },
  adjust: greedyBelow(1e-6),
};
