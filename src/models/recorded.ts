import { LogitsError, type NextTokenModel } from "../core/index.js";
import { bytesOf } from "../formats/index.js";
import { readArrays } from "../formats/arrays.js";
import { rawLogits } from "./cachedModel.js";
import { checkIds, checkOpen } from "./checkIds.js";
import { readBytes } from "./readFile.js";
import { type TextTokenizer, readTokenizer } from "./tokenizerJson.js";

export interface RecordedOptions {
  /** tokenizer.json of the model that was recorded: without it there is no text, only tokens. */
  tokenizer?: string;
  /** Tokens that end a text. Default: what the tokenizer says. */
  eos?: readonly number[];
}

/**
 * A model that answers from a file: what another one said, step by step, for tests and for a second look without the model.
 *
 * The file is an npz with `logits` (steps × tokens of the vocabulary, f16, f32 or f64) and, where known, `tokens`: the text, so that its last steps belong to
 * the rows. Row i answers the first tokens.length − steps + i of them, or the first i + 1 when there are as many tokens as steps. An npy, or an npz without
 * tokens, answers any text of i + 1 tokens with row i.
 *
 * @throws "bad-data" for another file. `next` throws "bad-argument" for a text that was not recorded.
 */
export async function recorded(path: string, options: RecordedOptions = {}): Promise<NextTokenModel> {
  const arrays = await readArrays(bytesOf(await readBytes(path), path));
  const logits = arrays.get("logits") ?? arrays.get("array");
  if (logits?.shape.length !== 2 || logits.shape[1] === 0) {
    const got = logits ? `an array of ${logits.shape.join(" × ")}` : [...arrays.keys()].join(", ") || "no array";
    throw new LogitsError("bad-data", `Cannot replay ${path}: it must have logits of steps × vocabulary, got ${got}`);
  }
  const [steps, vocabSize] = logits.shape as [number, number];
  const tokens = arrays.get("tokens")?.values;
  if (tokens && tokens.length < steps) {
    throw new LogitsError(
      "bad-data",
      `Cannot replay ${path}: there must be at least ${steps} tokens, got ${tokens.length}`,
    );
  }
  const first = tokens && tokens.length > steps ? tokens.length - steps : 1;
  const text = options.tokenizer === undefined ? noText(path) : await textOf(options.tokenizer);
  const name = path.split(/[/\\]/).at(-1)!;

  const open = (): NextTokenModel => {
    let closed = false;
    return {
      ...text,
      name,
      vocabSize,
      eos: options.eos ?? (text.eos === undefined ? [] : [text.eos]),
      capture: rawLogits,
      contextSize: first + steps - 1,
      async next(ids) {
        checkOpen(name, closed);
        checkIds(name, ids, vocabSize, first + steps - 1);
        const other = tokens ? ids.findIndex((id, i) => id !== tokens[i]) : -1;
        if (ids.length < first || other >= 0) {
          const got =
            other >= 0 ? `token ${ids[other]} at ${other}, where it has ${tokens![other]}` : `${ids.length} tokens`;
          throw new LogitsError(
            "bad-argument",
            `Cannot replay ${name}: the text must be one of those recorded, ${first} to ${first + steps - 1} tokens, got ${got}`,
          );
        }
        const row = ids.length - first;
        return Float32Array.from(logits.values.subarray(row * vocabSize, (row + 1) * vocabSize));
      },
      async fork() {
        checkOpen(name, closed);
        return open();
      },
      async close() {
        closed = true;
      },
    };
  };
  return open();
}

async function textOf(path: string): Promise<TextTokenizer> {
  const text = await readTokenizer(path);
  if (!text) throw new LogitsError("bad-data", `Cannot read ${path}: a tokenizer.json must be there, got no file`);
  return text;
}

function noText(path: string): Omit<TextTokenizer, "vocabSize"> {
  const refuse = async (): Promise<never> => {
    throw new LogitsError(
      "unsupported",
      `Cannot tell text from tokens for ${path}: a tokenizer must be given, got none`,
      {
        hint: "Give the option tokenizer: the tokenizer.json of the model that was recorded.",
      },
    );
  };
  return { tokenize: refuse, detokenize: refuse, tokenBytes: () => undefined };
}
