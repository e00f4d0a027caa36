import type { InferenceSession, Tensor } from "onnxruntime-node";
import { LogitsError } from "../core/index.js";
import { missingPackage } from "./missingPackage.js";

export type Runtime = typeof import("onnxruntime-node");
export type Session = InferenceSession;
export type { Tensor };

export interface SessionOptions {
  /** Threads within one operator. Default 1. */
  threads?: number;
}

/** onnxruntime-node in Node, onnxruntime-web in browsers: both optional packages. */
export async function loadRuntime(): Promise<Runtime> {
  const name = isNode ? "onnxruntime-node" : "onnxruntime-web";
  try {
    if (isNode) return await import("onnxruntime-node");
    // @ts-ignore: the same interface, in a package that only browsers need.
    return (await import("onnxruntime-web")) as Runtime;
  } catch (cause) {
    throw missingPackage(name, "run an ONNX model", cause);
  }
}

const isNode = typeof process === "object" && typeof process.versions?.node === "string";

/** @throws "missing-package", or "bad-data" when ONNX Runtime refuses the file. */
export async function openSession(
  runtime: Runtime,
  model: Uint8Array | string,
  name: string,
  { threads = 1 }: SessionOptions = {},
): Promise<Session> {
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
  };
  try {
    return typeof model === "string"
      ? await runtime.InferenceSession.create(model, options)
      : await runtime.InferenceSession.create(model, options);
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot load ${name}: it must be a model that ONNX Runtime runs, got ${(cause as Error).message}`,
      { cause },
    );
  }
}
