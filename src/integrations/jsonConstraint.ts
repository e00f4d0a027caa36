import { LogitsError, type NextTokenModel } from "../core/index.js";
import { type Constraint, maskOf } from "../sample/index.js";
import { grammar } from "./xgrammar.js";

/**
 * Keeps a text of a model within a JSON Schema, and brings it to an end: over the second half of its tokens, whatever closes a string, list or object is taken
 * wherever the schema allows it, so that a document is whole before the tokens run out.
 *
 * @param maxTokens most tokens of the text; range ≥ 1
 * @throws LogitsError `missing-package` without @mlc-ai/web-xgrammar; `unsupported` for a model that does not give the bytes of its tokens; `bad-argument` for
 *   a schema that cannot be read
 */
export async function jsonConstraint(
  model: NextTokenModel,
  schema: object | string,
  maxTokens: number,
): Promise<Constraint> {
  const vocabulary = bytesOf(model);
  const state = await grammar({ jsonSchema: schema, whitespace: "none" }, { vocabulary, eos: model.eos });
  const closing = maskOf(model.vocabSize, closers(vocabulary));
  const ends = maskOf(model.vocabSize, model.eos);
  return {
    async mask() {
      const allowed = await state.mask();
      if (state.accepted.length < maxTokens / 2) return allowed;
      return common(allowed, ends) ?? common(allowed, closing) ?? allowed;
    },
    accept: (id) => state.accept(id),
    get isTerminated() {
      return state.isTerminated;
    },
  };
}

const vocabularies = new WeakMap<NextTokenModel, (Uint8Array | undefined)[]>();

/** The bytes of every token; none of those that end a text, which the grammar knows by their ids. */
function bytesOf(model: NextTokenModel): (Uint8Array | undefined)[] {
  const known = vocabularies.get(model);
  if (known) return known;
  const ends = new Set([...model.eos, ...(model.bos === undefined ? [] : [model.bos])]);
  const bytes = Array.from({ length: model.vocabSize }, (_, id) => (ends.has(id) ? undefined : model.tokenBytes(id)));
  if (bytes.every((one) => one === undefined))
    throw new LogitsError(
      "unsupported",
      `Cannot keep ${model.name} to a schema: the bytes of its tokens must be known, got none`,
    );
  vocabularies.set(model, bytes);
  return bytes;
}

/** Tokens of nothing but quotes and brackets that close. */
function closers(vocabulary: readonly (Uint8Array | undefined)[]): number[] {
  const [quote, bracket, brace] = [0x22, 0x5d, 0x7d];
  return vocabulary.flatMap((bytes, id) =>
    bytes && bytes.length > 0 && bytes.every((byte) => byte === quote || byte === bracket || byte === brace)
      ? [id]
      : [],
  );
}

/** The bits of both; undefined where there is none. */
function common(a: Int32Array, b: Int32Array): Int32Array | undefined {
  const both = a.map((word, i) => word & b[i]!);
  return both.some((word) => word !== 0) ? both : undefined;
}
