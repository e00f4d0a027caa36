import type { Profile } from "./profile.js";

/**
 * koboldcpp in its default order, without its mirostat and with rep_pen_slope 1.
 *
 * Its adaptive-p remembers the probability that a token had before all samplers, here after the filters, and gives back what XTC removed.
 */
export const koboldCpp: Profile = {
  engine: "koboldcpp",
  version: "1.116.1 (0c163a9b)",
  verified: true,
  defaults: { temperature: 0.7, topK: 100, topP: 0.9, penaltyWindow: 320, dryWindow: 320, xtcThreshold: 0.2 },
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
    { sampler: "typical", rules: { equal: "keep" } },
    { sampler: "topP" },
    { sampler: "minP" },
    { sampler: "temperature" },
    { sampler: "quadraticSmoothing" },
    { sampler: "topNSigma", rules: { sigma: "population" } },
    { sampler: "xtc", rules: { roll: "<" } },
    { sampler: "adaptiveP" },
  ],
  ignores: { frequencyPenalty: "there is none" },
  adjust: (settings) => (settings["dryWindow"] === 0 ? { ...settings, dryWindow: -1 } : settings),
  notes: ["All but the 3,000 most probable tokens are removed before anything else."],
};
