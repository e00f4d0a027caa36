import { movedLast, type Profile } from "./profile.js";

const shaping = ["temperature", "dynamicTemperature", "quadraticSmoothing"];

/** text-generation-webui with its transformers loader, in its default order. */
export const textGenerationWebui: Profile = {
  engine: "text-generation-webui",
  version: "1dcde41d",
  verified: true,
  defaults: { temperature: 1, penaltyWindow: 1024 },
  order: [
    { sampler: "repetitionPenalty" },
    { sampler: "frequencyPresence" },
    { sampler: "dry", rules: { dryMaxMatch: 50 } },
    { sampler: "topNSigma", rules: { sigma: "zeros" } },
    { sampler: "temperature" },
    { sampler: "dynamicTemperature" },
    { sampler: "quadraticSmoothing" },
    { sampler: "topK", rules: { ties: "keep" } },
    { sampler: "topP" },
    { sampler: "typical", rules: { ties: "keep" } },
    { sampler: "epsilonCutoff", rules: { ties: "keep" } },
    { sampler: "etaCutoff", rules: { ties: "keep" } },
    { sampler: "tailFree", rules: { cut: "centre" } },
    { sampler: "topA" },
    { sampler: "minP" },
    { sampler: "adaptiveP" },
    { sampler: "mirostat", rules: { observed: "kept" } },
    { sampler: "xtc", rules: { roll: "<", xtcProtection: "skip" } },
    { sampler: "noRepeatNgram" },
  ],
  reads: ["temperatureLast"],
  reorder: (settings, order) => (settings["temperatureLast"] ? movedLast(order, shaping) : order),
  adjust: (settings) => (settings["penaltyWindow"] === 0 ? { ...settings, penaltyWindow: -1 } : settings),
  notes: ["A repetition_penalty_range of 0 counts the whole text."],
};
