import type { Profile } from "./profile.js";

/** Hugging Face transformers with do_sample: processors, then warpers, temperature first. */
export const transformers: Profile = {
  engine: "transformers",
  version: "5.24.0",
  verified: true,
  defaults: { temperature: 1, topK: 50 },
  order: [
    { sampler: "sequenceBias" },
    { sampler: "repetitionPenalty" },
    { sampler: "noRepeatNgram" },
    { sampler: "badWords" },
    { sampler: "minLength" },
    { sampler: "minNewTokens" },
    { sampler: "forcedBos" },
    { sampler: "forcedEos" },
    { sampler: "exponentialDecayLength" },
    { sampler: "suppressTokens" },
    { sampler: "beginSuppressTokens" },
    { sampler: "temperature" },
    { sampler: "topH" },
    { sampler: "topK", rules: { ties: "keep" } },
    { sampler: "topP" },
    { sampler: "minP" },
    { sampler: "typical", rules: { ties: "keep" } },
    { sampler: "epsilonCutoff", rules: { ties: "keep" } },
    { sampler: "etaCutoff", rules: { ties: "keep" } },
  ],
  ignores: {
    frequencyPenalty: "there is none",
    presencePenalty: "there is none",
    penaltyWindow: "the penalty counts the whole text",
  },
  notes: [
    "top_k is 50 unless it is set, also with top_p alone.",
    "A temperature of 0 is refused: do_sample=False is greedy.",
  ],
};
