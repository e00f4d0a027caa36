import type { Profile } from "./profile.js";

/** Ollama's own runner. */
export const ollama: Profile = {
  engine: "ollama",
  version: "fb307609",
  verified: true,
  defaults: { temperature: 0.8, topK: 40, topP: 0.9, minP: 0, penaltyWindow: 64, repetitionPenalty: 1.1 },
  order: [
    { sampler: "repetitionPenalty" },
    { sampler: "frequencyPresence" },
    { sampler: "topK", rules: { ties: "exact" } },
    { sampler: "temperature" },
    { sampler: "topP" },
    { sampler: "minP" },
  ],
};
