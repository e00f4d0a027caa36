import type { Profile } from "./profile.js";

/** llama.cpp's `common` chain: what llama-cli and llama-server run. Temperature comes last. */
export const llamaCpp: Profile = {
  engine: "llama.cpp",
  version: "3f545becc (2026-08)",
  verified: true,
  defaults: { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, penaltyWindow: 64 },
  order: [
    { sampler: "logitBias" },
    { sampler: "repetitionPenalty" },
    { sampler: "frequencyPresence" },
    { sampler: "dry" },
    { sampler: "topNSigma", rules: { sigma: "population" } },
    { sampler: "topK", rules: { ties: "exact" } },
    { sampler: "typical", rules: { ties: "exact", equal: "keep" } },
    { sampler: "topP" },
    { sampler: "minP" },
    { sampler: "xtc", rules: { roll: "<=" } },
    { sampler: "infill" },
    { sampler: "temperature" },
    { sampler: "adaptiveP" },
  ],
  reorder(settings, order) {
    if (!settings["mirostat"]) return order;
    return [{ sampler: "logitBias" }, { sampler: "temperature" }, { sampler: "mirostat", rules: { observed: "kept" } }];
  },
  notes: [
    "Mirostat leaves out every filter and penalty but the logit bias.",
    "Infill is in no chain of theirs unless --samplers names it; here it then stands before temperature.",
  ],
};
