import { LogitsError, type NextTokenModel } from "../core/index.js";
import { builtInModel } from "./builtIn.js";
import { knownModels } from "./catalogue.js";
import { gguf } from "./gguf.js";
import { onnx } from "./onnx.js";
import { recorded } from "./recorded.js";

export interface OpenModelOptions {
  /** Threads of the runtime. Default: what each finds best. */
  threads?: number;
  contextSize?: number;
  /** tokenizer.json, for ONNX models and recordings that have none beside them. */
  tokenizer?: string;
}

/**
 * The model that a person names: `built-in`, a name of the catalogue (fetched by `logits models pull`), or a .gguf, .onnx, .npz or .npy file.
 *
 * The built-in one runs on llama.cpp where node-llama-cpp is installed, else on ONNX Runtime, else in plain TypeScript: the same weights.
 */
export async function openModel(name: string, options: OpenModelOptions = {}): Promise<NextTokenModel> {
  if (name === "built-in") return openBuiltIn(options);
  const known = knownModels.find((model) => model.name === name);
  if (known) {
    const { cachedFile } = await import("./pull.js");
    const path = await cachedFile(known);
    if (path) return gguf(path, options);
    throw new LogitsError("bad-data", `Cannot open ${name}: it must be fetched first, got no file in the cache`, {
      hint: `logits models pull ${name}`,
    });
  }
  if (/\.gguf$/i.test(name)) return gguf(name, options);
  if (/\.onnx$/i.test(name)) return onnx(name, options);
  if (/\.np[yz]$/i.test(name)) return recorded(name, options);
  const names = ["built-in", ...knownModels.map((model) => model.name)].join(", ");
  throw new LogitsError(
    "bad-argument",
    `Cannot open a model: it must be ${names} or a .gguf, .onnx or .npz file, got ${name}`,
  );
}

async function openBuiltIn(options: OpenModelOptions): Promise<NextTokenModel> {
  const { plainBuiltIn } = await import("./plainBuiltIn.js");
  return (
    (await unlessMissing(gguf(builtInModel.gguf, options))) ??
    (await unlessMissing(onnx(builtInModel.onnx, options))) ??
    plainBuiltIn(options)
  );
}

/** Undefined where its package is not installed. */
function unlessMissing<T>(opened: Promise<T>): Promise<T | undefined> {
  return opened.catch((error: unknown) => {
    if (LogitsError.isInstance(error) && error.code === "missing-package") return undefined;
    throw error;
  });
}
