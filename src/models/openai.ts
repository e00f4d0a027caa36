import { type Capture, LogitsError, type NextTokenModel } from "../core/index.js";
import { checkIds, checkOpen } from "./checkIds.js";
import { listedScores } from "./openaiAnswer.js";
import { readTokenizer } from "./tokenizerJson.js";

export interface OpenaiOptions {
  /** Address of the API, with its version: "http://localhost:8080/v1". */
  baseURL: string;
  model: string;
  apiKey?: string;
  /** tokenizer.json of the model: the server names tokens by their text, and only this says which they are. */
  tokenizer: string;
  /** How many log-probabilities to ask for, 1 to what the server gives. Default 20. */
  top?: number;
  /** Longest context in tokens. Default 4096. */
  contextSize?: number;
  /** Milliseconds to wait for an answer. Default 60000. */
  timeout?: number;
}

/**
 * A model behind a server that speaks OpenAI's completions API with log-probabilities (llama.cpp, vLLM, …). One token is asked for at a time, at temperature 1,
 * with no filter of the server's.
 *
 * Such a server lists only the most probable tokens: all others are −Infinity here, and `capture` says so: log-probabilities of unknown stage, `topK` of them,
 * which hold `mass` of the probability in the last answer.
 *
 * @throws "bad-data" when the server refuses or answers without log-probabilities.
 */
export async function openai(options: OpenaiOptions): Promise<NextTokenModel> {
  const { baseURL, model, top = 20, contextSize = 4096 } = options;
  if (!Number.isInteger(top) || top < 1)
    throw new LogitsError("bad-argument", `Cannot run ${model}: top must be an integer of at least 1, got ${top}`);
  const text = await readTokenizer(options.tokenizer);
  if (!text)
    throw new LogitsError("bad-data", `Cannot read ${options.tokenizer}: a tokenizer.json must be there, got no file`);
  const { vocabSize } = text;
  const idOf = new Map<string, number>();
  for (let id = vocabSize - 1; id >= 0; id--) {
    const bytes = text.tokenBytes(id);
    if (bytes) idOf.set(latin1(bytes), id);
  }
  const address = `${baseURL.replace(/\/$/, "")}/completions`;

  const ask = async (ids: readonly number[]): Promise<unknown> => {
    const response = await fetch(address, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` }),
      },
      body: JSON.stringify({ model, prompt: ids, max_tokens: 1, temperature: 1, top_p: 1, logprobs: top }),
      signal: AbortSignal.timeout(options.timeout ?? 60_000),
    }).catch((cause: unknown) => {
      throw new LogitsError("bad-data", `Cannot ask ${address}: the server must answer, got ${reason(cause)}`, {
        cause,
      });
    });
    const body = await response.text();
    if (!response.ok)
      throw new LogitsError(
        "bad-data",
        `Cannot ask ${address}: the answer must be 200, got ${response.status} ${body.slice(0, 200)}`,
      );
    try {
      return JSON.parse(body) as unknown;
    } catch (cause) {
      throw new LogitsError("bad-data", `Cannot ask ${address}: the answer must be JSON, got ${body.slice(0, 80)}`, {
        cause,
      });
    }
  };

  const open = (): NextTokenModel => {
    let closed = false;
    let mass: number[] = [];
    return {
      ...text,
      name: model,
      eos: text.eos === undefined ? [] : [text.eos],
      get capture(): Capture {
        return { kind: "logprobs", stage: "unknown", coverage: { topK: top, mass } };
      },
      contextSize,
      async next(ids) {
        checkOpen(model, closed);
        checkIds(model, ids, vocabSize, contextSize);
        const logits = new Float32Array(vocabSize).fill(-Infinity);
        let listed = 0;
        for (const { bytes, logprob, id = idOf.get(latin1(bytes)) } of listedScores(await ask(ids), address)) {
          if (id === undefined || id >= vocabSize) continue;
          logits[id] = logprob;
          listed += Math.exp(logprob);
        }
        mass = [Math.min(1, listed)];
        return logits;
      },
      async fork() {
        checkOpen(model, closed);
        return open();
      },
      async close() {
        closed = true;
      },
    };
  };
  return open();
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function reason(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}
