// One step of a language model's sampling: from a row of scores to a token.
import { transformersJs, transformersJsStep } from "../peers/transformersJs.mjs";
import { mostAllocated, weightError } from "../sampling/exactness.mjs";
import { keptBy, plainStep, residentStep, scan, stepOf } from "../sampling/ours.mjs";
import { historyOf, steps } from "../sampling/steps.mjs";
import { realSize, shapes } from "../vocabulary.mjs";

/** Every step meets its first peer on all of these. */
const cases = [
  ...[32_768, 50_257, 131_072, 262_144].map((size) => ({ size, shape: "typical" })),
  ...["peaked", "uniform"].flatMap((shape) => [50_257, 262_144].map((size) => ({ size, shape }))),
  ...["GPT-2", "built-in"].map((shape) => ({ size: realSize, shape })),
];
const secondary = new Set(["typical", "GPT-2"]);

const names = {
  llamacpp: "llama.cpp",
  transformers: "transformers",
  torch: "PyTorch",
  transformersjs: "transformers.js",
  scan: "one scan of the row",
  narrow: "window 64",
};

const ways = { row: stepOf, plain: plainStep, resident: residentStep, kept: keptBy };

/** There are hundreds of rows, of steps that take microseconds. */
const share = 0.5;

export default async function* sampled() {
  yield* exactness();
  const hf = await transformersJs();
  for (const { size, shape } of cases) {
    const data = await shapes[shape](size);
    for (const step of steps) yield* comparisons(step, data, size, shape, hf);
    yield { forget: true };
  }
}

function* comparisons(step, data, size, shape, hf) {
  const history = historyOf(step, size);
  const rows = data && rowsOf(data);
  const ours = rows && ways[step.how ?? "row"](step.settings, rows, history);
  for (const [index, [engine, goals]] of Object.entries(step.against).entries()) {
    if (index > 0 && !secondary.has(shape)) continue;
    const [goal, aim] = step.shapes?.[shape] ?? goals;
    const row = { name: step.name, size: sizeText(size, shape), peer: names[engine], goal, aim, share };
    if (data) yield { ...row, ours, ...peerOf(engine, step, data, rows, history, hf) };
    else yield { ...row, missing: `${shape} rows are not at hand` };
  }
}

function peerOf(engine, step, { x }, rows, history, hf) {
  if (engine === "scan") return { peerRun: scan(rows) };
  if (engine === "narrow")
    return { peerRun: residentStep(step.narrow.settings, rows, historyOf(step.narrow, rows[0].length)) };
  if (engine === "transformersjs") return { peerRun: hf && transformersJsStep(hf, rows, step.settings, history) };
  if (engine === "torch") return { job: "torch_multinomial", args: { x, temperature: step.settings.temperature } };
  const kept = step.how === "kept";
  // Sums in f32 end the set some tokens early or late.
  return {
    job: `${engine}_step`,
    args: { x, steps: step.theirs, history, kept },
    ...(kept && { tolerance: 0.01 }),
  };
}

const rowsOf = ({ values, count, size }) =>
  Array.from({ length: count }, (_, row) => values.subarray(row * size, (row + 1) * size));

const sizeText = (size, shape) => `1 × ${size.toLocaleString("en")}${shape === "typical" ? "" : ` ${shape}`}`;

async function* exactness() {
  const size = `1 × ${realSize.toLocaleString("en")}`;
  const found = [];
  for (const [shape, rowsFor] of Object.entries(shapes)) {
    const data = await rowsFor(realSize);
    if (data) found.push({ shape, rows: rowsOf(data) });
  }
  const all = `${size}, ${found.length} shapes`;
  for (const step of steps.filter(({ how = "row" }) => how === "row"))
    yield {
      name: `allocated: ${step.name}`,
      size: all,
      unit: "bytes",
      limit: 1,
      oursValue: () =>
        mostAllocated(
          step,
          found.map(({ rows }) => rows),
        ),
    };
  for (const { shape, rows } of found)
    yield {
      name: "largest relative error of a probability above 1e-12",
      size: sizeText(realSize, shape),
      unit: "relative",
      limit: 3e-6,
      oursValue: () => weightError(rows),
    };
}
