import { type DrawRow, weighGap } from "../../core/index.js";
import type { DrawKey } from "../chain.js";
import { roll, rolled } from "../draw.js";
import type { Penalties } from "./penalties.js";
import type { FewStep } from "./program.js";

/** A few tokens, most probable first, equal ones by id: what is left of a row after top-k or min-p. Steps shorten it or change its scores; nothing is allocated. */
export class Few {
  count = 0;
  /** After `draw`: the sum of the weights, and the drawn token's. */
  total = 0;
  weight = 0;
  readonly ids: Int32Array;
  readonly scores: Float64Array;
  /** Places in the order of ids. */
  readonly #order: Int32Array;
  readonly #weights: Float64Array;
  /** Of each block of ids: where it starts in that order, and its sum. */
  #blocks = 0;
  readonly #starts: Int32Array;
  readonly #sums: Float64Array;

  constructor(room: number) {
    this.ids = new Int32Array(room);
    this.scores = new Float64Array(room);
    this.#order = new Int32Array(room);
    this.#weights = new Float64Array(room);
    this.#starts = new Int32Array(room);
    this.#sums = new Float64Array(room);
  }

  get room(): number {
    return this.ids.length;
  }

  /** Takes the n that a row has found, their scores times a scale. */
  take({ ids, best }: DrawRow, n: number, scale: number): void {
    this.count = n;
    for (let i = 0; i < n; i++) {
      this.ids[i] = ids[i]!;
      this.scores[i] = best[i]! * scale;
    }
  }

  /** Takes the best of the n after penalties; returns how many of the n have none. */
  takePenalized({ ids, best }: DrawRow, n: number, scale: number, penalties: Penalties): number {
    let plain = 0;
    for (let i = 0; i < n; i++) {
      if (penalties.touch(ids[i]!)) continue;
      if (plain < this.room) {
        this.ids[plain] = ids[i]!;
        this.scores[plain] = best[i]! * scale;
      }
      plain++;
    }
    this.count = Math.min(plain, this.room);
    if (plain === n) return plain;
    for (let i = 0; i < n; i++) {
      if (!penalties.touch(ids[i]!)) continue;
      const score = penalties.score(ids[i]!, best[i]!) * scale;
      if (score > -Infinity) this.#insert(ids[i]!, score);
    }
    return plain;
  }

  /** Adds a token where it belongs, if there is room for it. */
  #insert(id: number, score: number): void {
    const { ids, scores } = this;
    let at = this.count;
    if (at === this.room) {
      if (!precedes(score, id, scores[at - 1]!, ids[at - 1]!)) return;
      at--;
    } else this.count++;
    for (; at > 0 && precedes(score, id, scores[at - 1]!, ids[at - 1]!); at--) {
      ids[at] = ids[at - 1]!;
      scores[at] = scores[at - 1]!;
    }
    ids[at] = id;
    scores[at] = score;
  }

  follow(steps: readonly FewStep[]): void {
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      if (step.does === "scale") this.#scale(step);
      else if (step.does === "minP") this.#cut(step);
      else this.#nucleus(step, step.does === "nucleusAndEqual");
    }
  }

  #scale({ numbers }: FewStep): void {
    const by = numbers[0]!;
    for (let i = 0; i < this.count; i++) this.scores[i]! *= by;
  }

  /** Keeps the first while what is before them is below a share of all: see topP.ts, in whose order it adds. */
  #nucleus({ numbers }: FewStep, andEqual: boolean): void {
    const { scores } = this;
    const peak = scores[0]!;
    let mass = 0;
    for (let i = 0; i < this.count; i++) mass += this.#weights[i] = Math.exp(scores[i]! - peak);
    const limit = numbers[0]! * mass * numbers[1]!;
    let before = 0;
    let kept = 0;
    for (; kept < this.count; kept++) {
      if (andEqual ? before > limit : before >= limit) break;
      before += this.#weights[kept]!;
    }
    this.count = Math.max(1, kept);
  }

  /** Keeps those whose logarithm of p/p_max is not below one. */
  #cut({ numbers }: FewStep): void {
    const least = this.scores[0]! + numbers[0]!;
    let kept = 1;
    while (kept < this.count && this.scores[kept]! >= least) kept++;
    this.count = kept;
  }

  /** Sets the bits of these tokens and of no other; returns how many they are. */
  mark(marks: Int32Array): number {
    marks.fill(0);
    for (let i = 0; i < this.count; i++) marks[this.ids[i]! >>> 5]! |= 1 << (this.ids[i]! & 31);
    return this.count;
  }

  #sortIds(): void {
    const { ids } = this;
    const order = this.#order;
    for (let i = 0; i < this.count; i++) {
      let at = i;
      for (; at > 0 && ids[order[at - 1]!]! > ids[i]!; at--) order[at] = order[at - 1]!;
      order[at] = i;
    }
  }

  /** The token at a uniform number of the cumulative distribution: bit for bit that of the whole row, whose other weights are 0. */
  draw(key: DrawKey): number {
    this.#sortIds();
    this.#weigh();
    roll(key, 0);
    const target = rolled[0]! * this.total;
    let before = 0;
    let block = 0;
    while (block < this.#blocks - 1 && !(before + this.#sums[block]! > target)) before += this.#sums[block++]!;
    while (block > 0 && this.#sums[block] === 0) block--;
    return this.#within(block, target - before);
  }

  #within(block: number, target: number): number {
    const from = this.#starts[block]!;
    const end = block + 1 < this.#blocks ? this.#starts[block + 1]! : this.count;
    let all = 0;
    for (let i = from; i < end; i++) all += this.#weights[i]!;
    const limit = (target * all) / this.#sums[block]!;
    let sum = 0;
    let last = from;
    for (let i = from; i < end; i++) {
      const weight = this.#weights[i]!;
      if (weight === 0) continue;
      sum += weight;
      last = i;
      if (sum > limit) break;
    }
    this.weight = this.#weights[last]!;
    return this.ids[this.#order[last]!]!;
  }

  /** Weights in the order of ids, and the sum of those that share a block of 64 ids, as kernels/assembly/draw.ts adds them. */
  #weigh(): void {
    const { ids, scores, count } = this;
    const order = this.#order;
    const weights = this.#weights;
    for (let i = 0; i < count; i++) weights[i] = scores[order[i]!]! - scores[0]!;
    for (let i = 0; i < count; i++) weighGap(weights, i);
    this.total = 0;
    this.#blocks = 0;
    for (let i = 0; i < count; ) {
      const block = ids[order[i]!]! >> 6;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      this.#starts[this.#blocks] = i;
      for (; i < count && ids[order[i]!]! >> 6 === block; i++) {
        const weight = weights[i]!;
        const lane = ids[order[i]!]! & 3;
        if (lane === 0) a = Math.fround(a + weight);
        else if (lane === 1) b = Math.fround(b + weight);
        else if (lane === 2) c = Math.fround(c + weight);
        else d = Math.fround(d + weight);
      }
      this.total += this.#sums[this.#blocks++] = a + c + (b + d);
    }
  }
}

function precedes(score: number, id: number, other: number, otherId: number): boolean {
  return score > other || (score === other && id < otherId);
}
