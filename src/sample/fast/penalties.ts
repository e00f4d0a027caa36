import type { SampleContext } from "../../core/index.js";
import { numberOf } from "../define.js";
import type { Step } from "../chain.js";

/** Penalties that a stepper can apply to the tokens of the text alone. */
export const sparse: ReadonlySet<string> = new Set(["repetitionPenalty", "frequencyPresence"]);

/** Scores of the tokens that penalties touch, each once: found without a look at the vocabulary, and without an allocation a step. */
export class Penalized {
  count = 0;
  ids: Int32Array;
  scores: Float64Array;
  readonly #steps: readonly Step[];
  /** Per token: the step in which it was last seen, its place in `ids`, and how often each penalty has counted it. */
  readonly #seen: Uint32Array;
  readonly #place: Int32Array;
  #epoch = 0;
  #counts: Int32Array;

  constructor(tokens: number, steps: readonly Step[]) {
    this.#steps = steps;
    this.#seen = new Uint32Array(tokens);
    this.#place = new Int32Array(tokens);
    this.ids = new Int32Array(64);
    this.scores = new Float64Array(64);
    this.#counts = new Int32Array(64);
  }

  /** Applies the penalties to the scores of the tokens that have occurred. */
  apply(scores: ArrayLike<number>, { history, promptLength }: Pick<SampleContext, "history" | "promptLength">): void {
    this.count = 0;
    this.#epoch++;
    for (const { sampler, params } of this.#steps) {
      const from = this.#from(params, history.length, promptLength);
      this.#count(history, from, scores);
      if (sampler.name === "repetitionPenalty") this.#repeat(numberOf(params, "repetitionPenalty"));
      else this.#subtract(numberOf(params, "frequencyPenalty"), numberOf(params, "presencePenalty"));
    }
  }

  #from(params: Step["params"], length: number, promptLength: number): number {
    const window = numberOf(params, "penaltyWindow");
    const least = params["penaltyOver"] === "output" ? promptLength : 0;
    return window < 0 ? least : Math.max(least, length - window);
  }

  #count(history: readonly number[], from: number, scores: ArrayLike<number>): void {
    this.#counts.fill(0, 0, this.count);
    for (let i = from; i < history.length; i++) {
      const id = history[i]!;
      if (id >= scores.length) continue;
      if (this.#seen[id] !== this.#epoch) this.#add(id, scores[id]!);
      this.#counts[this.#place[id]!]!++;
    }
  }

  #add(id: number, score: number): void {
    if (this.count === this.ids.length) this.#grow();
    this.#seen[id] = this.#epoch;
    this.#place[id] = this.count;
    this.ids[this.count] = id;
    this.scores[this.count] = score;
    this.#counts[this.count] = 0;
    this.count++;
  }

  #grow(): void {
    const size = 2 * this.ids.length;
    const grown = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.ids = grown(this.ids, new Int32Array(size));
    this.scores = grown(this.scores, new Float64Array(size));
    this.#counts = grown(this.#counts, new Int32Array(size));
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
