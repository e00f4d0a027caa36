import { LogitsError, type Params, type SampleContext, type Sampler } from "../../core/index.js";
import { normalTail } from "../../stats/normal.js";
import { defineSampler } from "../define.js";
import { probabilitiesOf } from "../row.js";
import { checkedKey, contextHash, gValue, hashStep, keyParams, type SynthIdKey, synthIdKey } from "./gValues.js";

/**
 * SynthID-Text, the watermark of Google DeepMind: a tournament over m layers, each of which prefers tokens whose secret bit g is 1.
 *
 *     p ← p · (1 + g_l − Σ g_l p)        for each layer l, with g_l(id) = table[hash(context, id, key_l) mod 2^bits]
 *
 * On average over keys the distribution is unchanged. Bits are those of transformers' SynthIDTextWatermarkLogitsProcessor: same hash, same table (torch's
 * generator), same repetition rule, so a text marked by either is detected by either.
 *
 * `synthIdContext` says what the context of the first tokens is: `generated` are zeros, then what was sampled, never the prompt (transformers), `history` all
 * tokens so far. A context that was marked among the last `synthIdHistory` steps is not marked again. Removed tokens stay removed.
 *
 * @param synthIdKeys one whole number a layer; default and no-op none
 * @param synthIdNgram n; range [2, 16], default 5
 * @param synthIdContext generated or history; default generated
 * @param synthIdSkipFirst leaves the first n − 1 tokens unmarked; default false
 */
export const synthId: Sampler = defineSampler({
  name: "synthId",
  role: "shape",
  help: "SynthID-Text watermark: a tournament that prefers tokens with secret bits, unchanged on average",
  params: [
    ...keyParams,
    {
      name: "synthIdContext",
      type: "choice",
      choices: ["generated", "history"],
      default: "generated",
      help: "Whether the first contexts are zeros, or the end of the prompt",
    },
    { name: "synthIdSkipFirst", type: "boolean", default: false, help: "Leaves the first n − 1 tokens unmarked" },
  ],
  source: "Dathathri et al., Nature 634, 2024; transformers",
  isOff: (params) => params["synthIdKeys"] === "",
  change(row, params, context) {
    const key = synthIdKey(params);
    const step = context.history.length - context.promptLength;
    if (params["synthIdSkipFirst"] && step < key.ngram - 1) return;
    const contextAt = contextsOf(params, context, key.ngram - 1);
    const now = contextAt(step);
    for (let back = 1; back <= Math.min(key.history, step); back++) if (same(contextAt(step - back), now)) return;
    const hash = contextHash(now);
    const grams = new Int32Array(row.length);
    for (let id = 0; id < row.length; id++) grams[id] = hashStep(hash, id);
    tournament(row, grams, key);
  },
});

/** All layers, one after the other, on a row of scores. */
function tournament(row: Float64Array, grams: Int32Array, key: SynthIdKey): void {
  const p = probabilitiesOf(row);
  const g = new Uint8Array(row.length);
  for (let layer = 0; layer < key.keys.length; layer++) {
    // 1 − Σ g p without its cancellation; p, whose sum drifts from 1, is normalised again.
    let rest = 0;
    let total = 0;
    for (let id = 0; id < p.length; id++) {
      total += p[id]!;
      g[id] = gValue(key, grams[id]!, layer);
      if (g[id] === 0) rest += p[id]!;
    }
    rest /= total;
    const scales = [rest / total, (1 + rest) / total];
    const steps = [Math.log(rest), Math.log(1 + rest)];
    for (let id = 0; id < p.length; id++) {
      p[id]! *= scales[g[id]!]!;
      row[id]! += steps[g[id]!]!;
    }
  }
}

/** The n − 1 tokens before the token of a step, of the text that is being sampled. */
function contextsOf(
  params: Params,
  { history, promptLength }: SampleContext,
  length: number,
): (step: number) => number[] {
  const from = params["synthIdContext"] === "history" ? 0 : promptLength;
  return (step) => {
    const end = promptLength + step;
    const ids = history.slice(Math.max(from, end - length), end);
    return [...Array<number>(length - ids.length).fill(0), ...ids];
  };
}

const same = (a: readonly number[], b: readonly number[]): boolean => a.every((id, i) => id === b[i]);

export interface SynthIdDetection {
  /** Mean of g, weighted by layer. */
  score: number;
  scored: number;
  /** (score − μ)/σ with μ and σ as they are without a watermark. */
  z: number;
  /** P(Z ≥ z). */
  p: number;
}

/**
 * Looks for the watermark of `synthId` in a text, by the mean of its secret bits.
 *
 *     score = Σ_t Σ_l w_l g_l(t) / (N·m),  Σ w = m        z = (score − μ)/√(μ(1 − μ) Σ w²/(m²N))        p = P(Z ≥ z)
 *
 * μ is the mean of the table, close to ½. Weights fall linearly from 10 to 1 over the layers and are divided by their mean (`weighted`), or are all 1 (`mean`).
 * Tokens count from the n-th on; a context that was seen among the last `synthIdHistory` counts no more.
 *
 * @param ids the text, without its prompt and without the token that ended it
 * @param params `synthIdKeys`, `synthIdNgram`, `synthIdTable`, `synthIdTableSeed` and `synthIdHistory` as in `synthId`
 * @throws LogitsError `bad-argument` without keys, and where no token counts
 *
 * Source: Dathathri et al., 2024, Methods; google-deepmind/synthid-text, detector_mean. Its Bayesian detector must be trained and is not here.
 */
export function detectSynthId(
  ids: readonly number[],
  params: Params,
  weights: "weighted" | "mean" = "weighted",
): SynthIdDetection {
  const key = checkedKey(params);
  const layers = key.keys.length;
  if (layers === 0)
    throw new LogitsError("bad-argument", "Cannot detect a watermark: synthIdKeys must be at least 1 number, got none");
  const w = layerWeights(layers, weights);
  const before = key.ngram - 1;
  const seen: string[] = [];
  let sum = 0;
  let scored = 0;
  for (let at = before; at < ids.length; at++) {
    const context = ids.slice(at - before, at);
    const name = context.join();
    const repeated = key.history > 0 && seen.slice(-key.history).includes(name);
    seen.push(name);
    if (repeated) continue;
    scored++;
    const gram = hashStep(contextHash(context), ids[at]!);
    for (let layer = 0; layer < layers; layer++) sum += w[layer]! * gValue(key, gram, layer);
  }
  if (scored === 0)
    throw new LogitsError(
      "bad-argument",
      `Cannot detect a watermark: the text must have at least ${key.ngram} tokens, got ${ids.length}`,
    );
  const score = sum / (scored * layers);
  const mean = key.table.reduce((total, g) => total + g, 0) / key.table.length;
  const squares = w.reduce((total, weight) => total + weight * weight, 0);
  const z = (score - mean) / Math.sqrt((mean * (1 - mean) * squares) / (layers * layers * scored));
  return { score, scored, z, p: normalTail(z) };
}

function layerWeights(layers: number, weights: "weighted" | "mean"): number[] {
  if (weights === "mean" || layers === 1) return Array<number>(layers).fill(1);
  const falling = Array.from({ length: layers }, (_, layer) => 10 - (9 * layer) / (layers - 1));
  const mean = falling.reduce((sum, weight) => sum + weight, 0) / layers;
  return falling.map((weight) => weight / mean);
}
