// Rows of a language model's scores: synthetic ones in three shapes, the same on every machine, and real ones where they can be had.
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cached, cachePath, float32, generator, npy } from "./data.mjs";
import { models } from "./groups/library.mjs";

/** Tokens of GPT-2's vocabulary, which the built-in model has too. */
export const realSize = 50_257;

/**
 * `count` rows of `size` scores. Shapes: `typical`, a Gaussian floor under a Zipf head of 300 tokens that holds all but 2 % of the mass; `peaked`, the same with
 * a best token of probability .88; `uniform`, scores in [−1, 1], of which no filter can leave many out early.
 *
 * @returns `{ x, values, count, size }`: path of an npy file, and the same in memory
 */
export function vocabularyRows(count, size, shape = "typical") {
  const suffix = shape === "typical" ? "" : `.${shape}`;
  const x = cached(`rows${size}${suffix}.npy`, (path) => {
    const values = new Float32Array(count * size);
    const random = generator(size);
    for (let row = 0; row < count; row++) fill[shape](values.subarray(row * size, (row + 1) * size), random);
    writeFileSync(path, npy("<f4", [count, size], values));
  });
  return { x, values: float32(x), count, size };
}

const fill = {
  typical(row, { normal, uniform }) {
    let floor = 0;
    for (let k = 0; k < row.length; k++) {
      row[k] = 2.3 * normal();
      floor += Math.exp(row[k]);
    }
    let head = 0;
    for (let rank = 1; rank <= 300; rank++) head += rank ** -1.1;
    const lift = Math.log((floor * 49) / head);
    for (let rank = 1; rank <= 300; rank++) row[Math.floor(uniform() * row.length)] = lift - 1.1 * Math.log(rank);
  },
  peaked(row, random) {
    fill.typical(row, random);
    const best = row.reduce((at, score, k) => (score > row[at] ? k : at), 0);
    row[best] = -Infinity;
    row[best] = Math.log((0.88 / 0.12) * row.reduce((sum, score) => sum + Math.exp(score), 0));
  },
  uniform(row, { uniform }) {
    for (let k = 0; k < row.length; k++) row[k] = 2 * uniform() - 1;
  },
};

/** GPT-2's scores after three prompts, where the shared data lie beside the checkout; else undefined. */
function gpt2Rows() {
  const x = fileURLToPath(new URL("../../shared/data/language-models/gpt2-next-token-logits.npy", import.meta.url));
  return existsSync(x) ? rowsOf(x) : undefined;
}

const text =
  "It was a truth universally acknowledged in the village, that a young man who had lately come into so large a fortune must be known by everybody.";

/** The built-in model's scores after eight beginnings of a sentence; undefined where llama.cpp is not installed. */
async function builtInRows() {
  const existing = cachePath("rows.built-in.npy");
  if (existsSync(existing)) return rowsOf(existing);
  let model;
  try {
    model = await models.gguf(models.builtInModel.gguf);
    const ids = await model.tokenize(text);
    const values = new Float32Array(8 * realSize);
    for (let row = 0; row < 8; row++) values.set(await model.next(ids.slice(0, 3 + 3 * row)), row * realSize);
    writeFileSync(existing, npy("<f4", [8, realSize], values));
    return rowsOf(existing);
  } catch {
    return undefined;
  } finally {
    await model?.close();
  }
}

function rowsOf(x) {
  const values = float32(x);
  return { x, values, count: values.length / realSize, size: realSize };
}

/** Where rows of each kind come from. A kind that is not at hand gives undefined. */
export const shapes = {
  typical: (size) => vocabularyRows(8, size),
  peaked: (size) => vocabularyRows(8, size, "peaked"),
  uniform: (size) => vocabularyRows(8, size, "uniform"),
  "GPT-2": gpt2Rows,
  "built-in": builtInRows,
};
