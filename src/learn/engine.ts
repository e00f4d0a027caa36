import { LogitsError } from "../core/index.js";
import { checkInput } from "./checkInput.js";
import { checkExamples, type Examples } from "./examples.js";
import type { Network } from "./network.js";
import { noConvolution } from "./plain.js";
import { checkSparse, isSparse, type SparseExamples } from "./sparse.js";
import { tensorflow } from "./tensorflow.js";

/** What computes: TensorFlow.js, or plain TypeScript, which knows no convolutions. */
export type Engine = "tensorflow" | "plain";

/**
 * The engine for a network and examples where the user may have asked for one: plain TypeScript for sparse examples, and for networks without convolution
 * where TensorFlow.js is not installed.
 */
export async function engineFor(
  action: string,
  { layers }: Network,
  examples: Examples | SparseExamples,
  asked?: Engine,
): Promise<Engine> {
  if (asked !== undefined && asked !== "tensorflow" && asked !== "plain")
    throw new LogitsError("bad-argument", `Cannot ${action}: engine must be tensorflow or plain, got ${asked}`);
  const other = layers.find(({ kind }) => kind !== "dense" && kind !== "linear");
  if (isSparse(examples) || asked === "plain") {
    if (isSparse(examples) && asked === "tensorflow")
      throw new LogitsError(
        "bad-argument",
        `Cannot ${action}: engine must be plain for sparse examples, got tensorflow`,
      );
    if (other) throw noConvolution(other.kind);
    return "plain";
  }
  try {
    await tensorflow();
    return "tensorflow";
  } catch (error) {
    const missing = error instanceof LogitsError && error.code === "missing-package";
    if (missing && !other && asked === undefined) return "plain";
    throw error;
  }
}

/** Refuses examples that are not of the network's input shape, or not whole. */
export function checkRows(action: string, net: Network, examples: Examples | SparseExamples): void {
  checkInput(action, net, isSparse(examples) ? { shape: examples.shape, values: [] } : examples);
  if (isSparse(examples)) checkSparse(action, examples);
  else checkExamples(action, examples);
}
