import type { Profile } from "./profile.js";

/** The OpenAI API as its reference describes it. Its code is not public: the order is an assumption. */
export const openai: Profile = {
  engine: "openai",
  version: "API reference, 2026",
  verified: false,
  defaults: { temperature: 1 },
  order: [
    { sampler: "logitBias" },
    { sampler: "frequencyPresence", rules: { penaltyOver: "output", penaltyWindow: -1 } },
    { sampler: "temperature" },
    { sampler: "topP" },
  ],
  ignores: {
    topK: "there is none",
    minP: "there is none",
    repetitionPenalty: "there is none",
    typicalP: "there is none",
  },
  notes: [
    "Its code is not public: this order is an assumption that nobody here can verify.",
    "Reasoning models refuse temperature, top_p and logit_bias.",
  ],
};
