import type { Tokenizer } from "@huggingface/tokenizers";
import type { NextTokenModel } from "../core/index.js";
import { missingPackage } from "./missingPackage.js";
import { readJson } from "./readFile.js";
import { byteLevelBytes, sentencePieceBytes } from "./tokenBytes.js";

export interface TextTokenizer extends Pick<NextTokenModel, "tokenize" | "detokenize" | "tokenBytes"> {
  vocabSize: number;
  /** Token that begins a text, where the tokenizer puts one. */
  bos?: number;
  /** Token that ends a text, where its tokenizer_config.json names one. */
  eos?: number;
}

interface Added {
  id: number;
  content: string;
  special?: boolean;
}

/** The tokenizer.json at this path, with the tokenizer_config.json beside it; undefined where there is none. */
export async function readTokenizer(path: string): Promise<TextTokenizer | undefined> {
  const json = await readJson(path);
  return json && tokenizerJson(json, await readJson(path.replace(/[^/\\]*$/, "tokenizer_config.json")));
}

/** Reads a tokenizer.json of Hugging Face, with the optional package @huggingface/tokenizers. */
export async function tokenizerJson(
  json: Record<string, unknown>,
  config: Record<string, unknown> = {},
): Promise<TextTokenizer> {
  const { Tokenizer } = await loadPackage();
  const added = (json["added_tokens"] ?? []) as Added[];
  const whole = new Tokenizer(json, config);
  let plain: Tokenizer | undefined;
  /** The same without special tokens: their names in a text are then text. Made when it is needed, which is rarely. */
  const withoutSpecial = (): Tokenizer =>
    (plain ??= new Tokenizer({ ...json, added_tokens: added.filter(({ special }) => !special) }, config));
  const names = added.filter(({ special }) => special).map(({ content }) => content);
  const first = whole.encode("", { add_special_tokens: true }).ids[0];
  const addedById = new Map(added.map(({ id, content }) => [id, content]));
  const end = config["eos_token"] as string | { content?: string } | undefined;
  const eos = whole.token_to_id((typeof end === "object" ? end?.content : end) ?? "");
  let vocabSize = 0;
  for (const id of whole.get_vocab(true).values()) vocabSize = Math.max(vocabSize, id + 1);
  const isByteLevel = mentions(json["decoder"], "ByteLevel");
  return {
    vocabSize,
    ...(first === undefined ? {} : { bos: first }),
    ...(eos === undefined ? {} : { eos }),
    async tokenize(text, { special = false, bos = false } = {}) {
      if (text === "") return bos && first !== undefined ? [first] : [];
      const tokenizer = special || !names.some((name) => text.includes(name)) ? whole : withoutSpecial();
      const { ids } = tokenizer.encode(text, { add_special_tokens: false });
      return bos && first !== undefined ? [first, ...ids] : ids;
    },
    // Theirs refuses to decode nothing.
    detokenize: async (ids) =>
      ids.length === 0
        ? ""
        : whole.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    tokenBytes(id) {
      const content = addedById.get(id);
      if (content !== undefined) return new TextEncoder().encode(content);
      const token = whole.id_to_token(id);
      if (token === undefined) return undefined;
      return isByteLevel ? byteLevelBytes(token) : sentencePieceBytes(token);
    },
  };
}

function mentions(part: unknown, type: string): boolean {
  return JSON.stringify(part ?? null).includes(`"type":"${type}"`);
}

async function loadPackage(): Promise<typeof import("@huggingface/tokenizers")> {
  try {
    return await import("@huggingface/tokenizers");
  } catch (cause) {
    throw missingPackage("@huggingface/tokenizers", "read a tokenizer.json", cause);
  }
}
