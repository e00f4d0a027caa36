import { checkParam, type Logits, type SampleContext } from "../core/index.js";
import { diceOf, type DrawKey, runChain, type Step, type Watcher } from "./chain.js";
import { drawFromChain, rejection } from "./draw.js";
import { topIds } from "./ranking.js";
import { countOf, logSharesOf } from "./row.js";
import { tracer, type Trace } from "./trace.js";

export interface SampleOptions extends DrawKey {
  chain: readonly Step[];
  context?: Partial<Omit<SampleContext, "dice">>;
  /** How many of the tokens left to list; default 20. */
  top?: number;
  /** Also says what every sampler did. Never changes the token. */
  trace?: boolean;
}

export interface Sampled {
  token: number;
  /** ln p of the token under the distribution it was drawn from. */
  logprob: number;
  seed: number;
  /** Tokens left to draw from. */
  kept: number;
  /** Of these the most probable, first the likeliest; equal ones by id. */
  top: { id: number; p: number }[];
  trace?: Trace;
}

/**
 * Draws the next token from a row of logits through a chain of samplers. The row is unchanged.
 *
 * @example
 *     sample(Float64Array.of(8.2, 1.5, 0.3), { chain: settingsChain(samplers, { temperature: 0.8, topP: 0.95 }), seed: 7 }).token   // 0
 *
 * @throws LogitsError `not-finite` for NaN and +Infinity, and where no token is left; `bad-argument` for a key or `top` out of range
 */
export function sample(logits: Logits, options: SampleOptions): Sampled {
  const { chain, context, top = 20, seed } = options;
  checkParam("sample", { name: "top", type: "integer", min: 0, help: "" }, top);
  const tracing = options.trace ? tracer(logits) : undefined;
  const by = rejection(chain);
  let before: Float64Array | undefined;
  const watch: Watcher = (...seen) => {
    tracing?.watch(...seen);
    if (seen[3] === by?.place) before = seen[1];
  };
  const row = runChain(logits, chain, { ...context, dice: diceOf(options) }, tracing || by ? watch : undefined);
  const token = drawFromChain(chain, () => before!, row, options);
  const log = logSharesOf(row);
  const ids = topIds(row, top);
  return {
    token,
    logprob: log(token),
    seed,
    kept: countOf(row),
    top: Array.from(ids, (id) => ({ id, p: Math.exp(log(id)) })),
    ...(tracing && { trace: tracing.trace }),
  };
}
