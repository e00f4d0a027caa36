import { numberOf } from "../define.js";
import type { Step } from "../chain.js";

/** Penalties that a stepper can apply to the tokens of the text alone. */
export const sparse: ReadonlySet<string> = new Set(["repetitionPenalty", "frequencyPresence"]);

/** A penalty's numbers, looked up once. `window` < 0 is the whole text. */
interface Penalty {
  repeats: boolean;
  window: number;
  outputOnly: boolean;
  /** The factor, or what is subtracted for each time. */
  amount: number;
  presence: number;
}

function penaltyOf({ sampler, params }: Step): Penalty {
  const repeats = sampler.name === "repetitionPenalty";
  return {
    repeats,
    window: numberOf(params, "penaltyWindow"),
    outputOnly: params["penaltyOver"] === "output",
    amount: numberOf(params, repeats ? "repetitionPenalty" : "frequencyPenalty"),
    presence: repeats ? 0 : numberOf(params, "presencePenalty"),
  };
}

/**
 * The tokens that penalties touch, each once, with their scores: found without a look at the vocabulary, and without an allocation a step. Between `takeFrom`
 * and `giveBack` they are not in the row.
 */
export class Penalized {
  count = 0;
  ids: Int32Array = new Int32Array(64);
  /** As they become. */
  scores: Float64Array = new Float64Array(64);
  readonly #penalties: readonly Penalty[];
  /** As the row has them. */
  #given = new Float32Array(64);
  #counts = new Int32Array(64);
  /** Per token its place plus `#base`, where it has been seen in this step; less where it has not. */
  readonly #marks: Int32Array;
  #base = 1;

  constructor(tokens: number, steps: readonly Step[]) {
    this.#penalties = steps.map(penaltyOf);
    this.#marks = new Int32Array(tokens);
  }

  /** Takes the tokens that have occurred out of the row and applies the penalties to their scores. NaN and +Infinity stay in the row, so that they are found. */
  takeFrom(row: Float32Array, history: readonly number[], promptLength: number): void {
    this.#forget();
    for (let i = 0; i < this.#penalties.length; i++) {
      const penalty = this.#penalties[i]!;
      const least = penalty.outputOnly ? promptLength : 0;
      const from = penalty.window < 0 ? least : Math.max(least, history.length - penalty.window);
      this.#tally(history, from, row);
      if (penalty.repeats) this.#repeat(penalty.amount);
      else this.#subtract(penalty.amount, penalty.presence);
    }
  }

  giveBack(row: Float32Array): void {
    for (let i = 0; i < this.count; i++) row[this.ids[i]!] = this.#given[i]!;
  }

  #forget(): void {
    this.#base += this.count;
    this.count = 0;
    if (this.#base < 2 ** 30) return;
    this.#base = 1;
    this.#marks.fill(0);
  }

  #tally(history: readonly number[], from: number, row: Float32Array): void {
    const marks = this.#marks;
    const base = this.#base;
    for (let i = 0; i < this.count; i++) this.#counts[i] = 0;
    for (let i = from; i < history.length; i++) {
      const id = history[i]!;
      if (!(id < marks.length)) continue;
      const place = marks[id]! - base;
      if (place < 0) this.#add(id, row);
      else this.#counts[place]!++;
    }
  }

  #add(id: number, row: Float32Array): void {
    const place = this.count++;
    if (place === this.ids.length) this.#grow();
    const score = row[id]!;
    this.#marks[id] = this.#base + place;
    this.ids[place] = id;
    this.#given[place] = score;
    this.scores[place] = score;
    this.#counts[place] = 1;
    if (score < Infinity) row[id] = -Infinity;
  }

  #grow(): void {
    const size = 2 * this.ids.length;
    const grown = <T extends { set(from: T): void }>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.ids = grown<Int32Array>(this.ids, new Int32Array(size));
    this.scores = grown<Float64Array>(this.scores, new Float64Array(size));
    this.#given = grown<Float32Array>(this.#given, new Float32Array(size)) as Float32Array<ArrayBuffer>;
    this.#counts = grown<Int32Array>(this.#counts, new Int32Array(size)) as Int32Array<ArrayBuffer>;
  }

  #repeat(penalty: number): void {
    for (let i = 0; i < this.count; i++) {
      if (this.#counts[i] === 0) continue;
      const score = this.scores[i]!;
      this.scores[i] = score > 0 ? score / penalty : score * penalty;
    }
  }

  #subtract(frequency: number, presence: number): void {
    for (let i = 0; i < this.count; i++) {
      const count = this.#counts[i]!;
      if (count > 0) this.scores[i]! -= count * frequency + presence;
    }
  }
}
