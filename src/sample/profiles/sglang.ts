import { greedyBelow, type Profile } from "./profile.js";

/** SGLang: top-k and top-p cut the same distribution, neither seeing what the other removed. */
export const sglang: Profile = {
  engine: "sglang",
  version: "0.5.23",
  verified: true,
  defaults: { temperature: 1 },
  order: [
    { sampler: "frequencyPresence", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "minNewTokens" },
    { sampler: "repetitionPenalty", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "logitBias" },
    { sampler: "temperature" },
    { sampler: "topK", rules: { ties: "exact" } },
    { sampler: "topP", rules: { over: "all", equal: "keep" } },
    { sampler: "minP" },
  ],
  ignores: { penaltyWindow: "penalties count all tokens generated" },
  adjust: greedyBelow(1e-6),
};
