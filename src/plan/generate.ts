import type { NextTokenModel } from "../core/index.js";
import { type ChainStep, generate, type GenerateOptions, type Stopped, type TraceStep } from "../sample/index.js";

export interface GenerateDocument {
  text: string;
  tokens: {
    id: number;
    text: string;
    logprob: number;
    kept: number;
    top?: { id: number; p: number }[];
    trace?: TraceStep[];
  }[];
  model: string;
  seed: number;
  sequence: number;
  /** Which token of the text the first one is. */
  step: number;
  stopped: Stopped;
  chain: ChainStep[];
  /** Distinct sequences of 1, 2 and 3 tokens, as a share of all: 1 where nothing is ever repeated. */
  distinct: [number, number, number];
}

/** Writes a text and says of each token what it was drawn from. `onText` sees the text as it comes. */
export async function generateText(
  model: NextTokenModel,
  options: GenerateOptions,
  onText: (text: string) => void = () => undefined,
): Promise<GenerateDocument> {
  const tokens: GenerateDocument["tokens"] = [];
  const steps = generate(model, options);
  let text = "";
  for (;;) {
    const next = await steps.next();
    if (next.done) {
      const chain = options.chain.map(({ sampler, params }) => ({ sampler: sampler.name, params }));
      const ids = tokens.map(({ id }) => id);
      const distinct = [1, 2, 3].map((n) => distinctShare(ids, n)) as [number, number, number];
      const { seed, sequence = 0, step = 0 } = options;
      return { text, tokens, model: model.name, seed, sequence, step, stopped: next.value, chain, distinct };
    }
    const { id, text: added, logprob, kept, top, trace } = next.value;
    text += added;
    onText(added);
    tokens.push({
      id,
      text: added,
      logprob,
      kept,
      ...(top.length > 0 && { top }),
      ...(trace && { trace: trace.steps }),
    });
  }
}

function distinctShare(ids: readonly number[], n: number): number {
  const count = ids.length - n + 1;
  if (count <= 0) return 1;
  const seen = new Set(Array.from({ length: count }, (_, i) => ids.slice(i, i + n).join(" ")));
  return seen.size / count;
}
