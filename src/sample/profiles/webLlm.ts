import type { Profile } from "./profile.js";

/** web-llm: temperature and top-p. Additive penalties come before the repetition penalty; up to a temperature of 1e-5 the maxima share. */
export const webLlm: Profile = {
  engine: "web-llm",
  version: "0.2.86 (mlc-llm 79d603f0)",
  verified: true,
  defaults: { temperature: 1 },
  order: [
    { sampler: "logitBias" },
    { sampler: "frequencyPresence", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "repetitionPenalty", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "temperature" },
    { sampler: "topP" },
  ],
  reorder: (settings, order) =>
    Number(settings["temperature"]) > 1e-5
      ? order
      : order.map((step) => (step.sampler === "temperature" ? { sampler: "minP", rules: { minP: 1 } } : step)),
  ignores: { topK: "there is none", minP: "there is none", typicalP: "there is none" },
  adjust: (settings) =>
    "topP" in settings ? { ...settings, topP: Math.max(Number(settings["topP"]), 1e-5) } : settings,
};
