import { type Logits, LogitsError, type Params, type Reason } from "../core/index.js";
import type { Step, Watcher } from "./chain.js";
import { idsByKey } from "./ranking.js";
import { countOf, divergenceOf, entropyOf, probabilitiesOf } from "./row.js";

/** What one sampler did to a row. Probabilities, entropies and the divergence are of all tokens, listed or not; ln everywhere. */
export interface TraceStep {
  sampler: string;
  params: Params;
  /** Tokens left before and after. */
  before: number;
  after: number;
  /** Probability, before this sampler, of the tokens it removed. */
  massRemoved: number;
  entropyBefore: number;
  entropyAfter: number;
  /** Kullback–Leibler divergence of the distribution after from that before: Σ p′ ln(p′/p). */
  kl: number;
  /** The most probable of the removed: their probability before, and by what they fell. */
  removed: RemovedToken[];
  removedCount: number;
  /** The sampler did nothing: switched off, or its limit met nobody. */
  noEffect?: true;
}

export interface RemovedToken {
  id: number;
  p: number;
  /** What was looked at, what was asked of it, and both in words. */
  value?: number;
  limit?: number;
  why?: string;
}

/** A trace also answers for tokens that it does not list. */
export interface Trace {
  steps: TraceStep[];
  /** Why a token cannot be drawn; undefined where it can. */
  whyNot(id: number): { sampler: string; p: number; reason?: Reason } | undefined;
}

type ReasonOf = (id: number) => Reason;

/** Most listed removals a step. */
const listed = 50;

/** Collects a trace while a chain runs: `watch` is for `runChain`. `scores` are the row that it begins with, for a chain without samplers. */
export function tracer(scores: Logits = new Float64Array(0)): { watch: Watcher; trace: Trace } {
  const steps: TraceStep[] = [];
  const rows: { sampler: string; row: Float64Array; p: Float64Array; reasonOf: ReasonOf | undefined }[] = [];
  let last: ArrayLike<number> = scores;
  return {
    watch(step, before, after, place, context) {
      const p = probabilitiesOf(before);
      // At once: what samplers remember moves on with the token that is drawn.
      const off = step.sampler.isOff(step.params);
      const reasonOf = off ? undefined : step.sampler.reasons?.(before, step.params, context, place);
      rows.push({ sampler: step.sampler.name, row: before, p, reasonOf });
      steps.push(traced(step, before, after, p, reasonOf));
      last = after;
    },
    trace: {
      steps,
      whyNot(id) {
        if (!Number.isInteger(id) || id < 0 || id >= last.length)
          throw new LogitsError(
            "bad-argument",
            `Cannot explain token ${id}: it must be in [0, ${last.length - 1}], got ${id}`,
          );
        if (last[id]! > -Infinity) return undefined;
        // A forced token comes back, so the last step that removed it is the one.
        const at = rows.findLastIndex(({ row }) => row[id]! > -Infinity);
        if (at < 0) return { sampler: "the scores", p: 0 };
        const { sampler, p, reasonOf } = rows[at]!;
        const reason = reasonOf?.(id);
        return { sampler, p: p[id]!, ...(reason && { reason }) };
      },
    },
  };
}

function traced(
  { sampler, params }: Step,
  before: Float64Array,
  after: Float64Array,
  p: Float64Array,
  reasonOf: ReasonOf | undefined,
): TraceStep {
  const q = probabilitiesOf(after);
  const gone: number[] = [];
  let massRemoved = 0;
  let changed = false;
  for (let id = 0; id < p.length; id++) {
    changed ||= before[id] !== after[id];
    if (before[id]! > -Infinity && after[id] === -Infinity) {
      gone.push(id);
      massRemoved += p[id]!;
    }
  }
  const worst = [...idsByKey(Int32Array.from(gone), before, -1).subarray(0, listed)];
  return {
    sampler: sampler.name,
    params,
    before: countOf(before),
    after: countOf(after),
    massRemoved,
    entropyBefore: entropyOf(p),
    entropyAfter: entropyOf(q),
    kl: divergenceOf(after, before),
    removed: worst.map((id) => {
      const reason = reasonOf?.(id);
      return { id, p: p[id]!, ...(reason && { value: reason.value, limit: reason.limit, why: reason.text }) };
    }),
    removedCount: gone.length,
    ...(!changed && { noEffect: true as const }),
  };
}
