import {
  entropyBounds,
  type Range,
  type SequencePerplexity,
  sequencePerplexity,
  truncatedOf,
} from "../bounds/index.js";
import type { LogprobCapture } from "../core/index.js";

/** What is in a payload of log-probabilities. */
export interface PayloadInspection {
  kind: "logprobs";
  shape: string;
  engine: string;
  stage: LogprobCapture["stage"];
  temperature?: number;
  /** Smallest list of all steps, and the mass that each lists. */
  coverage: "full" | { topK: number; mass: number[] };
  tokens: number;
  promptTokens?: number;
  perplexity: SequencePerplexity["perplexity"];
  promptPerplexity?: SequencePerplexity["perplexity"];
  bitsPerByte?: SequencePerplexity["perplexity"];
  /** Mean over steps of the entropy of the next token, in nats; its upper end needs the vocabulary. */
  entropy: Range;
  /** The most surprising token that was chosen. */
  least: { index: number; id?: number; text: string; logprob: number };
  text: string;
  notes: string[];
}

/** Part of a point value that its interval may be wide. */
const narrow = 1e-3;

export function inspectPayload(capture: LogprobCapture, options: { vocabulary?: number } = {}): PayloadInspection {
  const { steps, prompt } = capture;
  const own = point(capture, "steps");
  const masses = steps.map(({ coverage }) => (coverage === "full" ? 1 : coverage.mass));
  const topK = steps.reduce((k, { coverage }) => (coverage === "full" ? k : Math.min(k, coverage.topK)), Infinity);
  const least = steps.reduce((at, step, i) => (step.logprob < steps[at]!.logprob ? i : at), 0);
  const { id } = steps[least]!;
  const entropies = steps.map((step) => entropyBounds(truncatedOf(step, capture, options)));
  const mean = (end: "lo" | "hi"): number => entropies.reduce((sum, each) => sum + each[end], 0) / steps.length;
  const [lo, hi] = [mean("lo"), mean("hi")];
  return {
    kind: "logprobs",
    shape: capture.shape,
    engine: capture.engine,
    stage: capture.stage,
    ...(capture.temperature === undefined ? {} : { temperature: capture.temperature }),
    coverage: topK === Infinity ? "full" : { topK, mass: masses },
    tokens: steps.length,
    ...(prompt ? { promptTokens: prompt.length, promptPerplexity: point(capture, "prompt").perplexity } : {}),
    perplexity: own.perplexity,
    ...(own.bitsPerByte ? { bitsPerByte: own.bitsPerByte } : {}),
    entropy: hi - lo <= narrow * lo ? { lo, hi, value: (lo + hi) / 2 } : { lo, hi },
    least: {
      index: least,
      ...(id === undefined ? {} : { id }),
      text: steps[least]!.text,
      logprob: steps[least]!.logprob,
    },
    text: capture.text,
    notes: [...capture.notes],
  };
}

function point(capture: LogprobCapture, over: "steps" | "prompt"): SequencePerplexity {
  const { perplexity } = sequencePerplexity(capture, { over });
  return sequencePerplexity(capture, { over, within: narrow * perplexity.lo });
}
