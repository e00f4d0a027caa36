import type { Profile } from "./profile.js";

/** web-llm: temperature and top-p. */
export const webLlm: Profile = {
  engine: "web-llm",
  version: "c51c9c0",
  verified: false,
  defaults: { temperature: 1 },
  order: [
    { sampler: "logitBias" },
    { sampler: "repetitionPenalty", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "frequencyPresence", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "temperature" },
    { sampler: "topP" },
  ],
  ignores: { topK: "there is none", minP: "there is none", typicalP: "there is none" },
  adjust: (settings) => ({ ...settings, temperature: Math.max(Number(settings["temperature"]), 1e-6) }),
};
