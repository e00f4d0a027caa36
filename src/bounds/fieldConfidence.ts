import type { LogprobCapture, LogprobStep } from "../core/index.js";
import { jsonLeaves, type Leaf } from "./jsonLeaves.js";
import { logprobRange } from "./surprisal.js";
import { type Range, range } from "./truncated.js";

/** How sure a model was of one value of the JSON that it wrote. */
export interface FieldConfidence {
  path: Leaf["path"];
  value: Leaf["value"];
  /** Product of the probabilities of its tokens: that it wrote this value rather than another, given all before it. */
  probability: Range;
  /** The least sure of its tokens. */
  least: Range & { text: string };
  tokens: number;
  /** How many of them hold characters of something else too: a quote, a comma, the next key. */
  shared: number;
}

/**
 * Confidence of each value of a JSON answer, from its tokens: their product, and the smallest. A token belongs to a value when it completes any of its
 * characters, or is part of one; quotes of a string are not counted, a token that holds a quote and more is.
 *
 * Both are intervals where a token has no number (`surprisals`), or numbers were rounded. A long value has a small product however sure each token is.
 *
 * @param options.within width up to which `value` is given; default 0.
 * @throws "bad-data" when the text holds no JSON, or it is cut off.
 * @example
 *     fieldConfidence(capture)[0];  // { path: ["city"], value: "Paris", probability: { lo: 0.97…, hi: 0.97… }, … }
 */
export function fieldConfidence(capture: LogprobCapture, options: { within?: number } = {}): FieldConfidence[] {
  const { leaves } = jsonLeaves(capture.text);
  return leaves.map(({ path, value, span }) => {
    const steps = capture.steps.filter((step) => overlaps(step.span, span));
    const ends = steps.map((step) => logprobRange(step, capture));
    const sum = (side: 0 | 1): number => Math.exp(ends.reduce((total, end) => total + end[side], 0));
    const least = ends.reduce((at, end, i) => (end[1] < ends[at]![1] ? i : at), 0);
    const [lo, hi] = [0, 1].map((side) => Math.exp(ends.reduce((low, end) => Math.min(low, end[side]!), 0)));
    return {
      path,
      value,
      probability: range(sum(0), sum(1), options.within),
      least: { ...range(lo!, hi!, options.within), text: steps[least]?.text ?? "" },
      tokens: steps.length,
      shared: steps.filter((step) => isShared(step, span)).length,
    };
  });
}

/** A token inside a character has an empty span, where the character begins. */
function overlaps([start, end]: LogprobStep["span"], [from, to]: Leaf["span"]): boolean {
  return start < to && (start === end ? start >= from : end > from);
}

const isShared = ({ span: [start, end] }: LogprobStep, [from, to]: Leaf["span"]): boolean => start < from || end > to;
