import { numberOf } from "../define.js";
import type { Step } from "../chain.js";

/** Whether this is a penalty by which no score becomes larger: then a token that is not among the best without it is not with it, and only few are looked at. */
export function onlyLowers({ sampler: { name }, params }: Step): boolean {
  if (name === "repetitionPenalty") return numberOf(params, name) >= 1;
  const { frequencyPenalty, presencePenalty } = params as Record<string, number>;
  return name === "frequencyPresence" && frequencyPenalty! >= 0 && presencePenalty! >= 0;
}

/**
 * Whether two texts have the same tokens from one place to before another: all are compared at every step, because a caller may have edited them. Eight at a time,
 * which takes a third of the time.
 */
function areEqual(a: Int32Array, b: readonly number[], from: number, to: number): boolean {
  let i = from;
  for (; i < to - 7; i += 8) {
    if (a[i] !== b[i] || a[i + 1] !== b[i + 1] || a[i + 2] !== b[i + 2] || a[i + 3] !== b[i + 3]) return false;
    if (a[i + 4] !== b[i + 4] || a[i + 5] !== b[i + 5] || a[i + 6] !== b[i + 6] || a[i + 7] !== b[i + 7]) return false;
  }
  for (; i < to; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** How often each token has occurred, as one penalty counts it, and what it does about that. */
class Penalty {
  readonly #repeats: boolean;
  /** The factor, or what is subtracted for each time. */
  readonly #amount: number;
  readonly #presence: number;
  /** Below 0 the whole text. */
  readonly #window: number;
  readonly #outputOnly: boolean;
  /** Per token. */
  readonly #counts: Int32Array;
  /** What has been counted: the tokens of the text from one place to before another. */
  #text = new Int32Array(256);
  #from = 0;
  #to = 0;

  constructor({ sampler, params }: Step, tokens: number) {
    this.#repeats = sampler.name === "repetitionPenalty";
    this.#amount = numberOf(params, this.#repeats ? "repetitionPenalty" : "frequencyPenalty");
    this.#presence = this.#repeats ? 0 : numberOf(params, "presencePenalty");
    this.#window = numberOf(params, "penaltyWindow");
    this.#outputOnly = params["penaltyOver"] === "output";
    this.#counts = new Int32Array(tokens);
  }

  /** Where the text has only grown since the last step, only what is new is counted. */
  count(history: readonly number[], promptLength: number): void {
    const to = history.length;
    const least = this.#outputOnly ? Math.min(promptLength, to) : 0;
    const from = this.#window < 0 ? least : Math.max(least, to - this.#window);
    if (this.#isGrown(history, from)) {
      this.#add(-1, this.#from, from);
      this.#from = from;
    } else {
      this.#add(-1, this.#from, this.#to);
      this.#from = this.#to = from;
    }
    this.#remember(history, to);
  }

  #isGrown(history: readonly number[], from: number): boolean {
    if (from < this.#from || from > this.#to || history.length < this.#to) return false;
    return areEqual(this.#text, history, from, this.#to);
  }

  /** Counts from where it has counted up to. */
  #remember(history: readonly number[], to: number): void {
    if (to > this.#text.length) {
      const longer = new Int32Array(2 * to);
      longer.set(this.#text);
      this.#text = longer;
    }
    for (let i = this.#to; i < to; i++) this.#text[i] = history[i]!;
    this.#add(1, this.#to, to);
    this.#to = to;
  }

  #add(times: number, from: number, to: number): void {
    const counts = this.#counts;
    for (let i = from; i < to; i++) {
      const id = this.#text[i]!;
      if (id >= 0 && id < counts.length) counts[id]! += times;
    }
  }

  touches(id: number): boolean {
    return this.#counts[id]! > 0;
  }

  score(id: number, score: number): number {
    const count = this.#counts[id]!;
    if (count === 0) return score;
    if (this.#repeats) return score > 0 ? score / this.#amount : score * this.#amount;
    return score - (count * this.#amount + this.#presence);
  }
}

/** The penalties of a chain over the text of a step: a count a token of the text, without a look at the vocabulary or an allocation. */
export class Penalties {
  readonly #penalties: readonly Penalty[];

  constructor(tokens: number, steps: readonly Step[]) {
    this.#penalties = steps.map((step) => new Penalty(step, tokens));
  }

  count(history: readonly number[], promptLength: number): void {
    for (let i = 0; i < this.#penalties.length; i++) this.#penalties[i]!.count(history, promptLength);
  }

  touch(id: number): boolean {
    for (let i = 0; i < this.#penalties.length; i++) if (this.#penalties[i]!.touches(id)) return true;
    return false;
  }

  score(id: number, score: number): number {
    let changed = score;
    for (let i = 0; i < this.#penalties.length; i++) changed = this.#penalties[i]!.score(id, changed);
    return changed;
  }
}
