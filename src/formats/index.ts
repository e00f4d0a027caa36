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
  return sourceOfTable(await openTable(bytes, options), options, nameOf(bytes));
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
