// Steps of sampling in our words and in llama.cpp's, with what is asked of each.

const full = {
  settings: { repetitionPenalty: 1.1, penaltyWindow: 64, temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 },
  theirs: [["penalties", 64, 1.1], ["temperature", 0.8], ["topK", 40], ["topP", 0.95], ["minP", 0.05], ["draw"]],
  history: 64,
};
const wide = { ...full, settings: { ...full.settings, penaltyWindow: 1024 }, history: 1024 };
const flat = { settings: { temperature: 1.5, topP: 0.95 }, theirs: [["temperature", 1.5], ["topP", 0.95], ["draw"]] };

/**
 * `against`: peer → [goal that must hold on a contended machine too, aim on a quiet one]. Aims are what the first prototypes reached on a quiet machine; a step
 * that had none has no aim. The first peer is met on rows of every shape, the others on typical rows and GPT-2's.
 *
 * `how`: `row`, the caller's f32 row is copied (default); `resident`, the row is in kernel memory; `plain`, without WebAssembly; `kept`, which tokens are left,
 * without a draw.
 *
 * `shapes`: goals of rows of some shape that are others.
 */
export const steps = [
  {
    name: "penalties, T, top-k, top-p, min-p, draw",
    ...full,
    against: { llamacpp: [0.08, 0.05], transformers: [0.01, 0.005], transformersjs: [0.12, 0.06] },
  },
  {
    name: "the same, in kernel memory",
    ...full,
    how: "resident",
    against: { llamacpp: [0.045, 0.03] },
  },
  {
    name: "the same, in kernel memory, beside one scan",
    ...full,
    how: "resident",
    against: { scan: [2, 1.8] },
  },
  {
    name: "the same, in kernel memory, penalty window 1,024",
    ...wide,
    how: "resident",
    against: { narrow: [1.25, 1.13] },
    narrow: full,
  },
  { name: "the same, plain TypeScript", ...full, how: "plain", against: { llamacpp: [0.6, 0.5] } },
  {
    name: "T, top-k, top-p, min-p, draw",
    settings: { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 },
    theirs: full.theirs.slice(1),
    against: { llamacpp: [0.25, 0.18] },
  },
  {
    name: "top-p .95 at T 1.5, draw",
    ...flat,
    against: { llamacpp: [0.03, 0.021], transformers: [0.02, 0.012] },
  },
  {
    name: "top-p .95 at T 1.5, which tokens are kept",
    settings: flat.settings,
    theirs: flat.theirs.slice(0, 2),
    how: "kept",
    against: { llamacpp: [0.08, 0.05], transformers: [0.045, 0.03] },
  },
  {
    name: "typical .95, draw",
    settings: { typicalP: 0.95 },
    theirs: [["typical", 0.95], ["draw"]],
    against: { llamacpp: [0.03, 0.025], transformers: [0.02, 0.012] },
  },
  {
    name: "temperature .8, draw",
    settings: { temperature: 0.8 },
    theirs: [["temperature", 0.8], ["draw"]],
    against: { llamacpp: [0.15, 0.14], torch: [0.06, 0.05] },
  },
  {
    name: "min-p .05, draw",
    settings: { minP: 0.05 },
    theirs: [["minP", 0.05], ["draw"]],
    against: { llamacpp: [0.15, 0.1] },
    shapes: { uniform: [0.15] },
  },
  {
    name: "top-k 40, draw",
    settings: { topK: 40 },
    theirs: [["topK", 40], ["draw"]],
    against: { llamacpp: [0.35, 0.18] },
  },
  {
    name: "mirostat 2",
    settings: { mirostat: 2, mirostatTau: 5, mirostatEta: 0.1 },
    theirs: [["mirostat2", 5, 0.1]],
    against: { llamacpp: [0.035, 0.022] },
  },
  {
    name: "top-nσ 1, draw",
    settings: { topNSigma: 1 },
    theirs: [["topNSigma", 1], ["draw"]],
    against: { llamacpp: [0.1] },
  },
  {
    name: "xtc, draw",
    settings: { xtcProbability: 1, xtcThreshold: 0.1 },
    theirs: [["xtc", 1, 0.1], ["draw"]],
    against: { llamacpp: [0.1] },
  },
];

/** Tokens that a text of a step consists of, none twice. */
export const historyOf = (step, size) => Array.from({ length: step.history ?? 0 }, (_, i) => (i * 7919) % size);
