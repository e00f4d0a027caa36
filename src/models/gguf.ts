import type { Llama, LlamaContext, LlamaModel, Token } from "node-llama-cpp";
import { LogitsError } from "../core/index.js";
import { cachedModel, type LocalModel, type Sequence, type TopScores } from "./cachedModel.js";
import { checkGguf } from "./checkGguf.js";
import type { GgufSummary } from "./ggufSummary.js";
import { missingPackage } from "./missingPackage.js";
import { tapScores } from "./tapScores.js";
import { byteLevelBytes, sentencePieceBytes } from "./tokenBytes.js";

export interface GgufOptions {
  /** Threads of llama.cpp, 1 or more. Default: 1 for files under 256 MB (more are slower there, up to a thousandfold on a busy machine), else half the cores. */
  threads?: number;
  /** Precision of the key-value cache. Default "f32": the logits of the weights as they are. "f16" halves its memory; logits then differ by up to 1e-2. */
  cache?: "f32" | "f16";
  /** Longest context in tokens. Default: what the model was trained on, at most 2048. */
  contextSize?: number;
}

/**
 * A language model in a GGUF file, run by llama.cpp through the optional package node-llama-cpp. Raw logits: no sampler setting of llama.cpp is touched.
 *
 * The scores cross into JavaScript one by one, which costs more than a small model (12 ms at 50,257 tokens); `top` fetches only the largest.
 *
 * @throws "bad-data" for a file that is no GGUF, is cut short, or that llama.cpp refuses; "missing-package" without node-llama-cpp.
 * @example
 * const model = await gguf("SmolLM2-135M-Instruct.Q4_1.gguf");
 * const logits = await model.next(await model.tokenize("The capital of France is", { bos: true }));
 */
export async function gguf(path: string, options: GgufOptions = {}): Promise<LocalModel> {
  const model = await load(path, await checkGguf(path));
  const threads = options.threads ?? (await threadsFor(path));
  const { ggml } = model.fileInfo.metadata.tokenizer;
  const vocabSize = ggml.tokens.length;
  const wanted = options.contextSize ?? Math.min(model.trainContextSize, 2048);
  const toBytes = ggml.model === "gpt2" ? byteLevelBytes : ggml.model === "llama" ? sentencePieceBytes : undefined;
  return cachedModel({
    name: path.split(/[/\\]/).at(-1)!,
    vocabSize,
    ...(model.tokens.shouldPrependBosToken && model.tokens.bos !== null ? { bos: model.tokens.bos } : {}),
    eos: Array.from({ length: vocabSize }, (_, id) => id as Token).filter((id) => model.isEogToken(id)),
    contextSize: wanted,
    async tokenize(text, { special = false, bos = false } = {}) {
      const ids = model.tokenize(text, special) as number[];
      return bos && model.tokens.bos !== null && model.tokens.shouldPrependBosToken ? [model.tokens.bos, ...ids] : ids;
    },
    detokenize: async (ids) => model.detokenize(ids as Token[]),
    tokenBytes: (id) => (ggml.tokens[id] === undefined ? undefined : toBytes?.(ggml.tokens[id])),
    open: () => openSequence(model, wanted, threads, options.cache ?? "f32"),
    close: () => model.dispose(),
  });
}

async function threadsFor(path: string): Promise<number> {
  const [{ stat }, { availableParallelism }] = await Promise.all([import("node:fs/promises"), import("node:os")]);
  return (await stat(path)).size < 256e6 ? 1 : Math.max(1, availableParallelism() >> 1);
}

/** The runtime itself: one in a process. */
let runtime: Promise<Llama> | undefined;

async function load(path: string, { architecture, types, version }: GgufSummary): Promise<LlamaModel> {
  runtime ??= start();
  const llama = await runtime;
  try {
    return await llama.loadModel({ modelPath: path });
  } catch (cause) {
    const kind = `${architecture} of ${types.map(({ type }) => type).join(", ")}, GGUF version ${version}`;
    throw new LogitsError(
      "bad-data",
      `Cannot load ${path}: it must be a GGUF file that llama.cpp runs, got one that it refuses (${kind})`,
      { hint: "A newer node-llama-cpp may know its kind; and is there memory for it?", cause },
    );
  }
}

async function start(): Promise<Llama> {
  try {
    const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
    return await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error });
  } catch (cause) {
    runtime = undefined;
    throw missingPackage("node-llama-cpp", "run a GGUF model", cause);
  }
}

async function openSequence(
  model: LlamaModel,
  contextSize: number,
  threads: number,
  cache: "f32" | "f16",
): Promise<Sequence> {
  const context: LlamaContext = await model.createContext({
    // It keeps one place free, and would drop the beginning of a text without a word.
    contextSize: contextSize + 1,
    threads,
    flashAttention: false,
    experimentalKvCacheKeyType: cache === "f32" ? "F32" : "F16",
    experimentalKvCacheValueType: cache === "f32" ? "F32" : "F16",
  });
  const sequence = context.getSequence();
  const scores = tapScores(context);
  return {
    async keep(count) {
      if (count < sequence.nextTokenIndex)
        await (count === 0
          ? sequence.clearHistory()
          : sequence.eraseContextTokenRanges([{ start: count, end: sequence.nextTokenIndex }]));
      return Math.min(count, sequence.nextTokenIndex);
    },
    async evaluate(ids) {
      const input = ids.map((id, i): Token | [Token, { generateNext: { logits: true } }] =>
        // No `options` here, ever: with them the numbers are those after llama.cpp's own samplers.
        i < ids.length - 1 ? (id as Token) : [id as Token, { generateNext: { logits: true } }],
      );
      const output = await sequence.controlledEvaluate(input);
      return scores.take() ?? fromMap(output.at(-1)!.next.logits!);
    },
    async evaluateTop(ids, count) {
      const last = {
        generateNext: { logits: { filter: { tokens: [] as Token[], includeTop: count } }, totalLogitWeight: true },
      };
      const input = ids.map((id, i): Token | [Token, typeof last] =>
        i < ids.length - 1 ? (id as Token) : [id as Token, last],
      );
      return fromTop((await sequence.controlledEvaluate(input)).at(-1)!.next);
    },
    close: () => context.dispose(),
  };
}

/** The total weight is Σ exp(logit − max) over the whole vocabulary. */
function fromTop({ logits, totalLogitWeight }: { logits?: Map<Token, number>; totalLogitWeight?: number }): TopScores {
  const pairs = [...logits!].sort(([a, x], [b, y]) => y - x || a - b);
  return {
    tokens: pairs.map(([id]) => id),
    logits: Float32Array.from(pairs, ([, score]) => score),
    logSumExp: pairs[0]![1] + Math.log(totalLogitWeight!),
  };
}

function fromMap(scores: Map<Token, number>): Float32Array {
  const logits = new Float32Array(scores.size);
  for (const [id, score] of scores) logits[id] = score;
  return logits;
}
