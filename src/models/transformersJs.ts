import { LogitsError } from "../core/index.js";
import { cachedModel, type LocalModel, type Sequence } from "./cachedModel.js";
import { tokenizerJson } from "./tokenizerJson.js";

/** A tensor of transformers.js, as far as it is used here. */
export interface TransformersTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
  slice(...ranges: (number | number[] | null)[]): TransformersTensor;
}

/** What AutoModelForCausalLM.from_pretrained gives, as far as it is used here. */
export interface TransformersModel {
  (inputs: Record<string, unknown>): Promise<Record<string, TransformersTensor>>;
  readonly config: object;
  readonly generation_config?: object | null;
  dispose(): Promise<unknown>;
}

/** What AutoTokenizer.from_pretrained gives, as far as it is used here. */
export interface TransformersTokenizer {
  (text: string): unknown;
}

export interface TransformersOptions {
  name?: string;
  /** Longest context in tokens. Default: max_position_embeddings of the model's configuration, else 2048. */
  contextSize?: number;
}

/** Prompts go through in pieces, because the graph returns a row of scores for every token. */
const PIECE = 64;

/**
 * A causal language model of transformers.js (version 4), which the caller has loaded: one call of the model a step, no generate(), so none of its logits
 * processors. `close` disposes of the model.
 *
 * @throws "unsupported" for a tokenizer that was not made from a tokenizer.json.
 * @example
 * const model = await transformersJs(await AutoModelForCausalLM.from_pretrained(id), await AutoTokenizer.from_pretrained(id));
 * const logits = await model.next(await model.tokenize("The capital of France is", { bos: true }));
 */
export async function transformersJs(
  model: TransformersModel,
  tokenizer: TransformersTokenizer,
  options: TransformersOptions = {},
): Promise<LocalModel> {
  const config = model.config as Partial<Record<string, unknown>>;
  const { _tokenizerJSON: json, _tokenizerConfig: settings } = tokenizer as {
    _tokenizerJSON?: Record<string, unknown>;
    _tokenizerConfig?: Record<string, unknown>;
  };
  if (!json)
    throw new LogitsError(
      "unsupported",
      "Cannot use this tokenizer: it must be one of transformers.js 4, got another object",
    );
  const text = await tokenizerJson(json, settings);
  const { input_ids } = tokenizer("a") as { input_ids: TransformersTensor };
  const Tensor = input_ids.constructor as new (type: string, data: BigInt64Array, dims: number[]) => TransformersTensor;
  const generation = model.generation_config as { eos_token_id?: number | number[] } | null | undefined;
  return cachedModel({
    ...text,
    name: options.name ?? String(config["_name_or_path"] ?? config["model_type"] ?? "transformers.js"),
    vocabSize: Number(config["vocab_size"] ?? text.vocabSize),
    eos: [generation?.eos_token_id ?? config["eos_token_id"] ?? text.eos ?? []].flat() as number[],
    contextSize: options.contextSize ?? Number(config["max_position_embeddings"] ?? 2048),
    open: async () =>
      openSequence(model, (values) => new Tensor("int64", BigInt64Array.from(values), [1, values.length])),
    close: async () => void (await model.dispose()),
  });
}

function openSequence(model: TransformersModel, integers: (values: bigint[]) => TransformersTensor): Sequence {
  let cache: Record<string, TransformersTensor> = {};
  let length = 0;

  const run = async (ids: readonly number[]): Promise<Float32Array> => {
    const total = length + ids.length;
    const output = await model({
      input_ids: integers(ids.map(BigInt)),
      attention_mask: integers(Array.from({ length: total }, () => 1n)),
      position_ids: integers(ids.map((_, i) => BigInt(length + i))),
      past_key_values: length === 0 ? null : cache,
    });
    cache = {};
    for (const [name, tensor] of Object.entries(output))
      if (name.startsWith("present")) cache[name.replace("present", "past_key_values")] = tensor;
    length = total;
    const { data, dims } = output["logits"]!;
    const width = dims.at(-1)!;
    return Float32Array.from({ length: width }, (_, id) => Number(data[data.length - width + id]));
  };

  return {
    async keep(count) {
      if (count >= length) return length;
      // Only keys and values can be cut short; other states (Mamba, LFM2) hold the whole text, and begin anew.
      const cuttable = Object.entries(cache).every(
        ([name, { dims }]) => /\.(key|value)$/.test(name) && dims.length === 4,
      );
      length = cuttable ? count : 0;
      if (length > 0)
        for (const [name, tensor] of Object.entries(cache)) cache[name] = tensor.slice(null, null, [0, length], null);
      return length;
    },
    async evaluate(ids) {
      for (let at = 0; ; at += PIECE) {
        const logits = await run(ids.slice(at, at + PIECE));
        if (at + PIECE >= ids.length) return logits;
      }
    },
    async close() {
      cache = {};
    },
  };
}
