import { movedLast, type Profile } from "./profile.js";

/** exllamav3's ComboSampler. */
export const exllamav3: Profile = {
  engine: "exllamav3",
  version: "1.4.1 (4f8ad012)",
  verified: true,
  defaults: { temperature: 1 },
  order: [
    { sampler: "logitBias" },
    { sampler: "repetitionPenalty" },
    { sampler: "frequencyPresence" },
    { sampler: "temperature" },
    { sampler: "minP" },
    { sampler: "topK", rules: { ties: "exact" } },
    { sampler: "topP", rules: { crossing: "drop" } },
    { sampler: "xtc", rules: { roll: "expected", xtcProtection: "ignore" } },
    { sampler: "adaptiveP" },
  ],
  reads: ["temperatureLast"],
  reorder: (settings, order) => (settings["temperatureLast"] ? movedLast(order, ["temperature", "adaptiveP"]) : order),
  notes: ["top_p drops the token with which it is reached: fewer tokens are kept than elsewhere."],
};
