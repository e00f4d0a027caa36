import type { Profile } from "./profile.js";

/** exllamav3's ComboSampler. */
export const exllamav3: Profile = {
  engine: "exllamav3",
  version: "4f8ad012",
  defaults: { temperature: 1 },
  order: [
    { sampler: "logitBias" },
    { sampler: "repetitionPenalty" },
    { sampler: "frequencyPresence" },
    { sampler: "temperature" },
    { sampler: "minP" },
    { sampler: "topK", rules: { ties: "exact" } },
    { sampler: "topP", rules: { crossing: "drop" } },
    { sampler: "adaptiveP" },
  ],
  notes: ["top_p drops the token with which it is reached: fewer tokens are kept than elsewhere."],
};
