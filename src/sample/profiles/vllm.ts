import { greedyBelow, type Profile } from "./profile.js";

/** vLLM V1. */
export const vllm: Profile = {
  engine: "vllm",
  version: "0.33.0",
  verified: true,
  defaults: { temperature: 1 },
  order: [
    { sampler: "allowedTokens" },
    { sampler: "badWords" },
    { sampler: "minNewTokens" },
    { sampler: "logitBias" },
    { sampler: "repetitionPenalty" },
    { sampler: "frequencyPresence", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "temperature" },
    { sampler: "minP" },
    { sampler: "topK", rules: { ties: "keep" } },
    { sampler: "topP" },
  ],
  ignores: { penaltyWindow: "penalties count the whole text" },
  adjust: greedyBelow(1e-5),
  notes: ["A model's generation_config.json replaces these defaults unless --generation-config vllm is given."],
};
