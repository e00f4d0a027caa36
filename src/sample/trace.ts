import type { Params, Reason, SampleContext } from "../core/index.js";
import type { Step, Watcher } from "./chain.js";
import { countOf, entropyOf, probabilitiesOf } from "./row.js";

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
  /** What was looked at, and what was asked of it. */
  value?: number;
  limit?: number;
}

/** A trace also answers for tokens that it does not list. */
export interface Trace {
  steps: TraceStep[];
  /** Why a token cannot be drawn; undefined where it can. */
  whyNot(id: number): { sampler: string; p: number; reason?: Reason } | undefined;
}

/** Most listed removals a step. */
const listed = 50;

/** Collects a trace while a chain runs: `watch` is for `runChain`. */
export function tracer(): { watch: Watcher; trace: Trace } {
  const steps: TraceStep[] = [];
  const rows: { step: Step; place: number; context: SampleContext; row: Float64Array; p: Float64Array }[] = [];
  let last: Float64Array | undefined;
  return {
    watch(step, before, after, place, context) {
      const p = probabilitiesOf(before);
      rows.push({ step, place, context, row: before, p });
      steps.push(traced(step, before, after, p, context, place));
      last = after;
    },
    trace: {
      steps,
      whyNot(id) {
        if (last && last[id]! > -Infinity) return undefined;
        const at = rows.findIndex((_, i) => !((rows[i + 1]?.row ?? last)![id]! > -Infinity));
        if (at < 0) return undefined;
        const { step, place, context, row, p } = rows[at]!;
        if (row[id] === -Infinity) return { sampler: "the scores", p: 0 };
        const reason = step.sampler.reasons?.(row, step.params, context, place)(id);
        return { sampler: step.sampler.name, p: p[id]!, ...(reason && { reason }) };
      },
    },
  };
}

function traced(
  { sampler, params }: Step,
  before: Float64Array,
  after: Float64Array,
  p: Float64Array,
  context: SampleContext,
  place: number,
): TraceStep {
  const q = probabilitiesOf(after);
  const gone: number[] = [];
  let massRemoved = 0;
  let kl = 0;
  let changed = false;
  for (let id = 0; id < p.length; id++) {
    changed ||= before[id] !== after[id];
    if (before[id]! > -Infinity && after[id] === -Infinity) {
      gone.push(id);
      massRemoved += p[id]!;
    }
    if (q[id]! > 0) kl += q[id]! * Math.log(q[id]! / p[id]!);
  }
  const worst = gone.sort((a, b) => before[b]! - before[a]! || a - b).slice(0, listed);
  const reasonOf = worst.length > 0 ? sampler.reasons?.(before, params, context, place) : undefined;
  const count = countOf(before);
  return {
    sampler: sampler.name,
    params,
    before: count,
    after: count - gone.length,
    massRemoved,
    entropyBefore: entropyOf(p),
    entropyAfter: entropyOf(q),
    kl: Math.max(0, kl),
    removed: worst.map((id) => {
      const reason = reasonOf?.(id);
      return { id, p: p[id]!, ...(reason && { value: reason.value, limit: reason.limit }) };
    }),
    removedCount: gone.length,
    ...(!changed && { noEffect: true as const }),
  };
}
