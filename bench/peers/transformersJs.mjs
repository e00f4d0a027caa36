// transformers.js, where bench/peers/setup has installed it.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The package; undefined where it is missing. */
export async function transformersJs() {
  const folder = fileURLToPath(new URL(".node/", import.meta.url));
  try {
    readdirSync(folder);
    return await import(pathToFileURL(createRequire(folder).resolve("@huggingface/transformers")).href);
  } catch {
    return undefined;
  }
}

/**
 * One step as its `generate` makes it: the list of processors, then what its MultinomialSampler does, which is not exported: the k best, their softmax, and a
 * weighted choice. Its settings for top-p and min-p do nothing, so those are left out.
 *
 * @returns `(i) => Promise`: takes row i
 */
export function transformersJsStep(hf, rows, { repetitionPenalty, temperature, topK }, history) {
  const processors = new hf.LogitsProcessorList();
  if (history.length > 0) processors.push(new hf.RepetitionPenaltyLogitsProcessor(repetitionPenalty));
  processors.push(new hf.TemperatureLogitsWarper(temperature));
  const ids = [history.map(BigInt)];
  // Processors write into the row; in `generate` it is a slice of the model's output, made for this step.
  const given = new hf.Tensor("float32", new Float32Array(rows[0].length), [1, rows[0].length]);
  const step = async (i) => {
    given.data.set(rows[i % rows.length]);
    const [values, chosen] = await hf.topk(processors(ids, given), topK);
    let left = Math.random();
    const at = hf.softmax(values.data).findIndex((p) => (left -= p) < 0);
    return void chosen.data[Math.max(0, at)];
  };
  return Object.assign(step, { asynchronous: true });
}
