import { LogitsError } from "../core/index.js";
import { type CompiledGrammar, type GrammarCompiler, loadXgrammar, reasonOf } from "./xgrammarLoad.js";

/** What a text must be. */
export type GrammarSpec =
  | {
      /** A JSON Schema, as an object or as text; `true` is any JSON value. */
      jsonSchema: object | string | boolean;
      /** Whether spaces and line breaks between elements are free, as JSON has them, or none are written. Default any. */
      whitespace?: "any" | "none";
    }
  | { regex: string }
  | {
      /** Rules in xgrammar's dialect: `root ::= "yes" | "no"`. */
      ebnf: string;
      /** Where a text begins; default root. */
      root?: string;
    }
  | { json: true };

/** What the tokens are. */
export interface GrammarTokens {
  /** Bytes or text of every token, by its id, as many as a row has scores; undefined for tokens without any and for padding, which are never allowed. */
  vocabulary: readonly (Uint8Array | string | undefined)[];
  /** How text stands for bytes: as it is, by the letters of GPT-2 (Ġ is a space), or with ▁ and <0x0A> as SentencePiece has it. Default raw. */
  vocabularyType?: "raw" | "byteLevel" | "byteFallback";
  /** Tokens that end a text: allowed where the grammar is complete. */
  eos: readonly number[];
}

/** Where in a grammar a text is. `accepted` is all there is to save: a copy is made by accepting the same ids. */
export interface GrammarState {
  /** Tokens that may follow, 32 to a word, the lowest bit first, for `context.mask` of the sampler `mask`. All 0 after the end. */
  mask(): Promise<Int32Array>;
  /** Takes a token; false, and nothing changes, where it may not follow. */
  accept(id: number): boolean;
  /** Whether an end token has been taken. */
  readonly isTerminated: boolean;
  readonly accepted: readonly number[];
  /** Gives the last n tokens back. */
  rollback(n: number): void;
  /** The text that must follow, whatever is chosen; often empty. */
  forced(): string;
  /** An independent copy at the same place. */
  fork(): Promise<GrammarState>;
  /** Frees its memory. Forks stay. */
  dispose(): void;
}

/**
 * A grammar at its beginning: says at every step which tokens may follow.
 *
 * Runs in Node and in browsers; the package is loaded at the first call. Its preparation of a vocabulary is kept for as long as the array `vocabulary` lives.
 *
 * A document that ends fits the schema as far as xgrammar 0.1.27 reads it. It lets numbers through above some maxima (131 to 139 under 130), so check a document
 * whose bounds matter; and a document that is cut off at a length is not yet JSON.
 *
 * @example
 *     const state = await grammar({ jsonSchema: { type: "integer" } }, { vocabulary, eos: [0] });
 *     const { token } = sample(logits, { chain: chainOf(samplers, [{ sampler: "mask", params: { mask: true } }]), context: { mask: await state.mask() }, seed: 7 });
 *     state.accept(token);
 *
 * @throws LogitsError `missing-package` without @mlc-ai/web-xgrammar, `bad-argument` for a grammar that it cannot read, with its reason
 *
 * Source: Dong et al., MLSys 2025, XGrammar, arXiv 2411.15100.
 */
export async function grammar(spec: GrammarSpec, tokens: GrammarTokens): Promise<GrammarState> {
  const compiler = await compilerFor(tokens);
  let compiled: CompiledGrammar;
  try {
    compiled = await compile(compiler, spec);
  } catch (cause) {
    throw new LogitsError(
      "bad-argument",
      `Cannot compile the grammar: it must be one that xgrammar reads, got: ${reasonOf(cause)}`,
      { cause },
    );
  }
  return stateOf(compiled, tokens.vocabulary.length, []);
}

async function compile(compiler: GrammarCompiler, spec: GrammarSpec): Promise<CompiledGrammar> {
  if ("regex" in spec)
    return compiler.compileStructuralTag({ type: "structural_tag", format: { type: "regex", pattern: spec.regex } });
  if ("ebnf" in spec) return compiler.compileGrammar(spec.ebnf, spec.root ?? "root");
  if ("json" in spec) return compiler.compileBuiltinJSONGrammar();
  const { jsonSchema, whitespace = "any" } = spec;
  const schema = typeof jsonSchema === "string" ? jsonSchema : JSON.stringify(jsonSchema);
  JSON.parse(schema);
  if (whitespace === "any") return compiler.compileJSONSchema(schema);
  return compiler.compileJSONSchema(schema, false, -1, [",", ":"]);
}

const compilers = new WeakMap<object, { key: string; compiler: Promise<GrammarCompiler> }>();

/** The compiler of a vocabulary, made once. */
function compilerFor({ vocabulary, vocabularyType = "raw", eos }: GrammarTokens): Promise<GrammarCompiler> {
  const wrong = eos.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary.length));
  if (wrong !== undefined)
    throw new LogitsError(
      "bad-argument",
      `Cannot prepare a vocabulary: eos must be in [0, ${vocabulary.length - 1}], got ${wrong}`,
    );
  const key = `${vocabularyType} ${eos.join()}`;
  const kept = compilers.get(vocabulary);
  if (kept?.key === key) return kept.compiler;
  const compiler = makeCompiler({ vocabulary, vocabularyType, eos });
  compilers.set(vocabulary, { key, compiler });
  return compiler;
}

const typeNames = { raw: "raw", byteLevel: "byte_level", byteFallback: "byte_fallback" };

async function makeCompiler({ vocabulary, vocabularyType, eos }: Required<GrammarTokens>): Promise<GrammarCompiler> {
  const { TokenizerInfo, GrammarCompiler } = await loadXgrammar();
  // Its declaration says text; what is bound to std::string takes bytes too.
  const words = vocabulary.map((token) => token ?? "") as string[];
  const info = await TokenizerInfo.createTokenizerInfo(words, typeNames[vocabularyType], false, words.length, [...eos]);
  return GrammarCompiler.createGrammarCompiler(info);
}

async function stateOf(compiled: CompiledGrammar, size: number, before: readonly number[]): Promise<GrammarState> {
  const { GrammarMatcher } = await loadXgrammar();
  const matcher = await GrammarMatcher.createGrammarMatcher(compiled);
  const accepted: number[] = [];
  const state: GrammarState = {
    // A failed check inside aborts the module, so everything is checked before.
    mask: async () => (matcher.isTerminated() ? new Int32Array((size + 31) >>> 5) : matcher.getNextTokenBitmask()),
    accept(id) {
      if (!(Number.isInteger(id) && id >= 0 && id < size))
        throw new LogitsError("bad-argument", `Cannot accept a token: its id must be in [0, ${size - 1}], got ${id}`);
      if (matcher.isTerminated() || !matcher.acceptToken(id)) return false;
      accepted.push(id);
      return true;
    },
    get isTerminated() {
      return matcher.isTerminated();
    },
    accepted,
    rollback(n) {
      if (!(Number.isInteger(n) && n >= 0 && n <= accepted.length))
        throw new LogitsError("bad-argument", `Cannot roll back: n must be in [0, ${accepted.length}], got ${n}`);
      matcher.rollBack(n);
      accepted.length -= n;
    },
    forced: () => (matcher.isTerminated() ? "" : matcher.findJumpForwardString()),
    fork: () => stateOf(compiled, size, accepted),
    dispose: () => matcher.dispose(),
  };
  for (const id of before) state.accept(id);
  return state;
}
