import type { Profile } from "./profile.js";

/** mlx-lm: filters see the probabilities of the raw row, temperature comes last. */
export const mlxLm: Profile = {
  engine: "mlx-lm",
  version: "0.32.2",
  verified: true,
  defaults: { temperature: 0, penaltyWindow: 20 },
  order: [
    { sampler: "logitBias" },
    { sampler: "repetitionPenalty" },
    { sampler: "frequencyPresence" },
    { sampler: "topP", rules: { over: "all", ties: "keep" } },
    { sampler: "minP" },
    { sampler: "xtc", rules: { roll: "<", boundary: "drop", ties: "keep", xtcProtection: "spare" } },
    { sampler: "topK", rules: { ties: "exact" } },
    { sampler: "temperature" },
  ],
  notes: ["The temperature is 0 unless it is set: greedy."],
};
