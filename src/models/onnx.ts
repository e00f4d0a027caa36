import { LogitsError } from "../core/index.js";
import { cachedModel, type LocalModel } from "./cachedModel.js";
import { decoderOf, openDecoder } from "./onnxDecoder.js";
import { loadRuntime, openSession } from "./onnxRuntime.js";
import { readBytes, readJson } from "./readFile.js";
import { readTokenizer, type TextTokenizer } from "./tokenizerJson.js";

export interface OnnxOptions {
  /** tokenizer.json. Default: beside the model, or in the folder above. */
  tokenizer?: string;
  /** Threads within one operator. Default 1. */
  threads?: number;
  /** Longest context in tokens. Default: max_position_embeddings of the config.json beside the tokenizer, else 2048. */
  contextSize?: number;
}

/**
 * A language model in an ONNX file with past key values, as Optimum and transformers.js name them: input_ids, attention_mask, position_ids,
 * past_key_values.N.key/value → logits, present.N.key/value. Run by ONNX Runtime (onnxruntime-node, in browsers onnxruntime-web).
 *
 * @throws "missing-package"; "bad-data" for a file that is no model; "unsupported" for a model with other inputs.
 * @example
 * const model = await onnx("SmolLM2-135M/onnx/model.onnx");
 * const logits = await model.next(await model.tokenize("The capital of France is", { bos: true }));
 */
export async function onnx(path: string, options: OnnxOptions = {}): Promise<LocalModel> {
  const runtime = await loadRuntime();
  const { text, folder } = await findTokenizer(path, options.tokenizer);
  const config = (await readJson(`${folder}config.json`)) ?? {};
  // A path, not its bytes: weights may lie in files beside it.
  const session = await openSession(runtime, isAddress(path) ? await readBytes(path) : path, path, options);
  const decoder = decoderOf(session, path);
  return cachedModel({
    ...text,
    name: path.split(/[/\\]/).at(-1)!,
    vocabSize: decoder.vocabSize,
    eos: [config["eos_token_id"] ?? text.eos ?? []].flat() as number[],
    contextSize: options.contextSize ?? (config["max_position_embeddings"] as number | undefined) ?? 2048,
    open: async () => openDecoder(runtime, session, decoder),
    close: () => session.release(),
  });
}

const isAddress = (path: string): boolean => /^https?:/.test(path);

/** The tokenizer, and the folder whose other files belong to it. */
async function findTokenizer(
  path: string,
  given: string | undefined,
): Promise<{ text: TextTokenizer; folder: string }> {
  const beside = path.replace(/[^/\\]*$/, "");
  const places = given === undefined ? [`${beside}tokenizer.json`, `${beside}../tokenizer.json`] : [given];
  for (const place of places) {
    const text = await readTokenizer(place);
    if (text) return { text, folder: place.replace(/[^/\\]*$/, "") };
  }
  throw new LogitsError(
    "bad-data",
    `Cannot load ${path}: a tokenizer.json must be there, got none at ${places.join(" or ")}`,
    {
      hint: "Say where it is with the option tokenizer.",
    },
  );
}
