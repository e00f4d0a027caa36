import type { Profile } from "./profile.js";

const never = "read and never applied";

/** transformers.js: of the filters only top-k acts. */
export const transformersJs: Profile = {
  engine: "transformers.js",
  version: "4.3.1",
  verified: true,
  defaults: { temperature: 1, topK: 50 },
  order: [
    { sampler: "repetitionPenalty" },
    { sampler: "noRepeatNgram" },
    { sampler: "badWords" },
    { sampler: "minLength" },
    { sampler: "minNewTokens" },
    { sampler: "forcedBos" },
    { sampler: "forcedEos" },
    { sampler: "suppressTokens" },
    { sampler: "beginSuppressTokens" },
    { sampler: "temperature" },
    { sampler: "topK", rules: { ties: "exact" } },
  ],
  ignores: {
    topP: never,
    minP: "there is none",
    typicalP: never,
    epsilonCutoff: never,
    etaCutoff: never,
    topH: "there is none",
    frequencyPenalty: "there is none",
    presencePenalty: "there is none",
    penaltyWindow: "the penalty counts the whole text",
  },
};
