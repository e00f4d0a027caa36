import { type Capture, LogitsError, type NextTokenModel } from "../core/index.js";
import { logSumExp, topK } from "../core/math/index.js";
import { checkIds, checkOpen } from "./checkIds.js";

/** One sequence of tokens in a runtime, with its key-value cache. */
export interface Sequence {
  /** Forgets all but the first `count` tokens; returns how many it really kept, which may be fewer. */
  keep(count: number): Promise<number>;
  /** Evaluates these tokens after the kept ones: the logits after the last, in an array of their own. */
  evaluate(ids: readonly number[]): Promise<Float32Array>;
  /** The same, of which only the largest cross over, where the runtime can do that. */
  evaluateTop?(ids: readonly number[], count: number): Promise<TopScores>;
  close(): Promise<void>;
}

/** What all sequences of a model share. */
export interface Weights {
  name: string;
  vocabSize: number;
  bos?: number;
  eos: readonly number[];
  contextSize: number;
  tokenize: NextTokenModel["tokenize"];
  detokenize: NextTokenModel["detokenize"];
  tokenBytes: NextTokenModel["tokenBytes"];
  open(): Promise<Sequence>;
  close(): Promise<void>;
}

/** The largest scores after a text, and what makes probabilities of them: p = exp(logit − logSumExp), over the whole vocabulary. */
export interface TopScores {
  /** Highest score first. */
  tokens: number[];
  logits: Float32Array;
  logSumExp: number;
}

/** A model that runs on this machine. */
export interface LocalModel extends NextTokenModel {
  /** Only the `count` largest scores: for a decision that needs no more. Through llama.cpp this is quicker than `next`. */
  top(ids: readonly number[], count: number): Promise<TopScores>;
  fork(): Promise<LocalModel>;
}

/** What runtimes on this machine give: everything, untouched. */
export const rawLogits: Capture = { kind: "logits", stage: "raw", coverage: "full" };

/** A model of one sequence. The weights are let go when the last of its forks is closed. */
export async function cachedModel(weights: Weights): Promise<LocalModel> {
  return openModel(weights, { users: 0 });
}

async function openModel(weights: Weights, shared: { users: number }): Promise<LocalModel> {
  const { name, vocabSize, contextSize, tokenize, detokenize, tokenBytes } = weights;
  const sequence = await weights.open();
  shared.users++;
  let cached: readonly number[] = [];
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  /** Two calls at once would share one cache: the second waits. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  const evaluate = async <T>(ids: readonly number[], run: (rest: readonly number[]) => Promise<T>): Promise<T> => {
    // The last token is evaluated again even when all are known: only an evaluation gives logits.
    const known = Math.min(commonPrefix(cached, ids), ids.length - 1);
    const kept = known < cached.length ? await sequence.keep(known) : known;
    cached = ids.slice(0, kept);
    try {
      const scores = await run(ids.slice(kept));
      cached = ids;
      return scores;
    } catch (error) {
      cached = ids.slice(0, await sequence.keep(0));
      throw error;
    }
  };

  const accepted = (ids: readonly number[]): number[] => {
    checkOpen(name, closed);
    checkIds(name, ids, vocabSize, contextSize);
    return [...ids];
  };

  return {
    name,
    vocabSize,
    ...(weights.bos === undefined ? {} : { bos: weights.bos }),
    eos: weights.eos,
    capture: rawLogits,
    contextSize,
    tokenize,
    detokenize,
    tokenBytes,
    async next(ids) {
      const copy = accepted(ids);
      return inTurn(() => evaluate(copy, (rest) => sequence.evaluate(rest)));
    },
    async top(ids, count) {
      if (!Number.isInteger(count) || count < 1) {
        throw new LogitsError(
          "bad-argument",
          `Cannot run ${name}: count must be an integer of at least 1, got ${count}`,
        );
      }
      const copy = accepted(ids);
      const wanted = Math.min(count, vocabSize);
      return inTurn(() =>
        evaluate(copy, async (rest) =>
          sequence.evaluateTop ? sequence.evaluateTop(rest, wanted) : largest(await sequence.evaluate(rest), wanted),
        ),
      );
    },
    async fork() {
      checkOpen(name, closed);
      return openModel(weights, shared);
    },
    async close() {
      if (closed) return;
      closed = true;
      await inTurn(() => sequence.close());
      if (--shared.users === 0) await weights.close();
    },
  };
}

function largest(logits: Float32Array, count: number): TopScores {
  const tokens = [...topK(logits, count).indices];
  return { tokens, logits: Float32Array.from(tokens, (id) => logits[id]!), logSumExp: logSumExp(logits) };
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
