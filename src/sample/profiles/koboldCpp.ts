import type { Profile } from "./profile.js";

/** koboldcpp in its default order. */
export const koboldCpp: Profile = {
  engine: "koboldcpp",
  version: "64d9d01c (rocm)",
  verified: false,
  defaults: { temperature: 0.75, topK: 100, topP: 0.92, repetitionPenalty: 1.07, penaltyWindow: 360 },
  order: [
    { sampler: "logitBias" },
    { sampler: "dry" },
    // Whatever is set, only the 3,000 most probable tokens go on.
    { sampler: "topK", rules: { topK: 3000 } },
    { sampler: "repetitionPenalty" },
    { sampler: "frequencyPresence", rules: { frequencyPenalty: 0 } },
    { sampler: "topK" },
    { sampler: "topA" },
    { sampler: "tailFree", rules: { cut: "index" } },
    { sampler: "typical" },
    { sampler: "topP" },
    { sampler: "minP" },
    { sampler: "temperature" },
    { sampler: "quadraticSmoothing" },
    { sampler: "topNSigma", rules: { sigma: "population" } },
    { sampler: "xtc", rules: { roll: "<" } },
  ],
  ignores: { frequencyPenalty: "there is none" },
  adjust: (settings) => (Number(settings["temperature"]) <= 0 ? { ...settings, topK: 1, temperature: 1 } : settings),
  notes: ["All but the 3,000 most probable tokens are removed before anything else."],
};
