import type { Source } from "../core/index.js";
import { nameOf } from "./bytes.js";
import { openTable } from "./recognise.js";
import { sourceOfTable } from "./source.js";
import type { Bytes, ReadOptions } from "./table.js";

/**
 * Opens a file of scores, whatever its format: npy, npz, csv, json, JSON lines, Parquet, Arrow, safetensors, PyTorch; any of them gzipped.
 *
 * What its numbers are is detected and said in `notes`; what has two honest readings is refused.
 *
 * @throws "ambiguous" with a hint that names the option which settles it; "bad-data", "unsupported".
 */
export async function openSource(bytes: Bytes, options: ReadOptions = {}): Promise<Source> {
  const asked = oneLabel(options);
  return sourceOfTable(await openTable(bytes, asked), asked, nameOf(bytes));
}

/** `labelsKey` and `labelsColumn` are one wish: whoever names the labels means them, be they an array or a column. */
function oneLabel(options: ReadOptions): ReadOptions {
  const { labelsKey = options.labelsColumn, labelsColumn = options.labelsKey } = options;
  return labelsKey === undefined || labelsColumn === undefined ? options : { ...options, labelsKey, labelsColumn };
}

export { bytesOf } from "./bytes.js";
export { concatSources } from "./concat.js";
export type { LogprobCapture, LogprobStep, Precision, StepCoverage, TokenLogprob } from "../core/index.js";
export { logprobShapes, readLogprobs, type ReadLogprobsOptions, shapesOfLogprobs } from "./logprobs/index.js";
export type { Bytes, ReadOptions } from "./table.js";
export {
  formatOfName,
  type Sink,
  type WritableTable,
  type WriteFormat,
  type Written,
  writeTable,
} from "./writeTable.js";
