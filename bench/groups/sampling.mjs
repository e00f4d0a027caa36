// One step of a language model's sampling: from a row of scores to a token.
import { vocabularyRows } from "../data.mjs";
import { kernels, sampling } from "./library.mjs";

const sizes = [32_768, 50_257, 131_072, 262_144];

/** The same step in our words and in theirs. Goals hold on a contended machine too. */
const steps = [
  {
    name: "penalties, T, top-k, top-p, min-p, draw",
    settings: { repetitionPenalty: 1.1, penaltyWindow: 64, temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 },
    theirs: [["penalties", 64, 1.1], ["temperature", 0.8], ["topK", 40], ["topP", 0.95], ["minP", 0.05], ["draw"]],
    history: 64,
    goals: { llamacpp: 0.08, transformers: 0.01, resident: 0.045 },
  },
  {
    name: "top-p .95 at T 1.5, draw",
    settings: { temperature: 1.5, topP: 0.95 },
    theirs: [["temperature", 1.5], ["topP", 0.95], ["draw"]],
    goals: { llamacpp: 0.03, transformers: 0.02 },
  },
  {
    name: "typical .95, draw",
    settings: { typicalP: 0.95 },
    theirs: [["typical", 0.95], ["draw"]],
    goals: { llamacpp: 0.03 },
  },
  {
    name: "temperature, draw",
    settings: { temperature: 0.8 },
    theirs: [["temperature", 0.8], ["draw"]],
    goals: { llamacpp: 0.15 },
  },
  {
    name: "min-p .05, draw",
    settings: { minP: 0.05 },
    theirs: [["minP", 0.05], ["draw"]],
    goals: { llamacpp: 0.15 },
    uniform: true,
  },
  { name: "top-k 40, draw", settings: { topK: 40 }, theirs: [["topK", 40], ["draw"]], goals: { llamacpp: 0.35 } },
  {
    name: "mirostat 2",
    settings: { mirostat: 2, mirostatTau: 5, mirostatEta: 0.1 },
    theirs: [["mirostat2", 5, 0.1]],
    goals: { llamacpp: 0.035 },
  },
  {
    name: "top-nσ 1, draw",
    settings: { topNSigma: 1 },
    theirs: [["topNSigma", 1], ["draw"]],
    goals: { llamacpp: 0.1 },
  },
  {
    name: "xtc, draw",
    settings: { xtcProbability: 1, xtcThreshold: 0.1 },
    theirs: [["xtc", 1, 0.1], ["draw"]],
    goals: { llamacpp: 0.1 },
  },
];

const names = { llamacpp: "llama.cpp", transformers: "transformers" };

export default async function* sampled() {
  yield* exactness();
  for (const size of sizes) {
    const { x, values, count } = vocabularyRows(8, size);
    const rows = Array.from({ length: count }, (_, row) => values.subarray(row * size, (row + 1) * size));
    for (const step of steps) {
      const history = Array.from({ length: step.history ?? 0 }, (_, i) => (i * 7919) % size);
      const common = { size: `1 × ${size.toLocaleString("en")}`, args: { x, steps: step.theirs, history } };
      for (const [engine, goal] of Object.entries(step.goals)) {
        if (engine === "resident") continue;
        yield {
          ...common,
          name: step.name,
          ours: stepOf(step.settings, size, rows, history),
          peer: names[engine],
          job: `${engine}_step`,
          goal,
        };
      }
      if (step.goals.resident) {
        yield {
          ...common,
          name: `${step.name}; in kernel memory`,
          ours: residentStep(step.settings, size, rows, history),
          peer: names.llamacpp,
          job: "llamacpp_step",
          goal: step.goals.resident,
        };
        kernels.useImplementation("reference");
        const plain = stepOf(step.settings, size, rows, history);
        kernels.useImplementation();
        yield {
          ...common,
          name: `${step.name}; plain TypeScript`,
          ours: plain,
          peer: names.llamacpp,
          job: "llamacpp_step",
          goal: 0.6,
        };
      }
    }
  }
}

/** What a step leaves behind, and how far a weight is from the exponential. */
function* exactness() {
  const size = 50_257;
  const { values } = vocabularyRows(8, size);
  const row = values.subarray(0, size);
  yield {
    name: "allocated by a step with penalties, top-k, top-p, min-p",
    size: `1 × ${size.toLocaleString("en")}`,
    unit: "bytes",
    limit: 1,
    oursValue: () => allocated(stepOf(steps[0].settings, size, [row], [1, 2, 3])),
  };
  yield {
    name: "largest relative error of a probability above 1e-12",
    size: `1 × ${size.toLocaleString("en")}`,
    unit: "relative",
    limit: 3e-6,
    oursValue: () => weightError(row),
  };
}

/** Bytes of the heap that a call leaves, over so many calls that other work does not show. */
function allocated(run) {
  const calls = 200_000;
  for (let i = 0; i < 20_000; i++) run(i);
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < calls; i++) run(i);
  return Math.max(0, process.memoryUsage().heapUsed - before) / calls;
}

function weightError(scores) {
  const row = kernels.drawRow(scores.length);
  row.scores.set(scores);
  const peak = row.peak();
  const total = row.weigh(1, peak);
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - peak);
  let worst = 0;
  for (let id = 0; id < scores.length; id++) {
    const p = Math.exp(scores[id] - peak) / sum;
    if (p > 1e-12) worst = Math.max(worst, Math.abs(row.weights[id] / total / p - 1));
  }
  return worst;
}

function stepOf(settings, size, rows, history) {
  const stepper = sampling.createStepper(sampling.settingsChain(sampling.samplers, settings), size);
  const context = { history, promptLength: 0, state: {} };
  const key = { seed: 1, sequence: 0, step: 0 };
  return (i) => {
    key.step = i;
    stepper.next(rows[i % rows.length], key, context);
    return undefined;
  };
}

/** The row lies in kernel memory, as where a runtime writes it there. */
function residentStep(settings, size, rows, history) {
  const stepper = sampling.createStepper(sampling.settingsChain(sampling.samplers, settings), size);
  stepper.row.set(rows[0]);
  const context = { history, promptLength: 0 };
  const key = { seed: 1, sequence: 0, step: 0 };
  return (i) => {
    key.step = i;
    stepper.next(stepper.row, key, context);
    return undefined;
  };
}
