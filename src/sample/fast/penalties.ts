import { numberOf } from "../define.js";
import type { Step } from "../chain.js";

/** Whether this is a penalty by which no score becomes larger: then a token that is not among the best without it is not with it, and only few are looked at. */
export function onlyLowers({ sampler: { name }, params }: Step): boolean {
  if (name === "repetitionPenalty") return numberOf(params, name) >= 1;
  const { frequencyPenalty, presencePenalty } = params as Record<string, number>;
  return name === "frequencyPresence" && frequencyPenalty! >= 0 && presencePenalty! >= 0;
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
  /** Per token the number of times plus `#base`; what is not above it is of an earlier step. */
  readonly #marks: Int32Array;
  #base = 0;
  #most = 0;

  constructor({ sampler, params }: Step, tokens: number) {
    this.#repeats = sampler.name === "repetitionPenalty";
    this.#amount = numberOf(params, this.#repeats ? "repetitionPenalty" : "frequencyPenalty");
    this.#presence = this.#repeats ? 0 : numberOf(params, "presencePenalty");
    this.#window = numberOf(params, "penaltyWindow");
    this.#outputOnly = params["penaltyOver"] === "output";
    this.#marks = new Int32Array(tokens);
  }

  count(history: readonly number[], promptLength: number): void {
    const marks = this.#marks;
    this.#base += this.#most;
    if (this.#base > 2 ** 30) {
      this.#base = 0;
      marks.fill(0);
    }
    const base = this.#base;
    const least = this.#outputOnly ? promptLength : 0;
    const from = this.#window < 0 ? least : Math.max(least, history.length - this.#window);
    for (let i = from; i < history.length; i++) {
      const id = history[i]!;
      if (id < marks.length) marks[id] = Math.max(marks[id]!, base) + 1;
    }
    this.#most = Math.max(0, history.length - from);
  }

  touches(id: number): boolean {
    return this.#marks[id]! > this.#base;
  }

  score(id: number, score: number): number {
    const count = this.#marks[id]! - this.#base;
    if (count <= 0) return score;
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
