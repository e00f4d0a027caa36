import type { DrawRow } from "../../core/index.js";
import type { DrawKey } from "../chain.js";
import { uniformOf } from "../draw.js";
import { Few } from "./few.js";

/** Where more tokens than these are left, a look at all of them is faster. */
export const fewest = 256;

const number = new Float32Array(1);
const bits = new Int32Array(number.buffer);

/** The smallest f32 that is not below `least` when multiplied by `scale` > 0. */
export function scoreFrom(least: number, scale: number): number {
  number[0] = least / scale;
  while (number[0]! * scale >= least) step(-1);
  while (!(number[0]! * scale >= least)) step(1);
  return number[0]!;
}

/** To the next f32 up or down. */
function step(direction: 1 | -1): void {
  if (number[0] === 0) bits[0] = direction > 0 ? 1 : -2147483647;
  else bits[0]! += number[0]! > 0 ? direction : -direction;
}

/** Draws among the tokens from some score on: few are found by their groups, many by a look at all. */
export class From {
  weight = 1;
  total = 1;
  readonly #row: DrawRow;
  readonly #scale: number;
  readonly #tokens = new Few(fewest);

  constructor(row: DrawRow, scale: number) {
    this.#row = row;
    this.#scale = scale;
  }

  /** The first of the most probable tokens. */
  first(): number {
    this.#row.findBest(1);
    this.weight = this.total = 1;
    return this.#row.ids[0]!;
  }

  draw(least: number, peak: number, key: DrawKey): number {
    const from = scoreFrom(least, this.#scale);
    return this.#few(from, key) ?? this.#at(this.#row.weigh(this.#scale, peak, from), key);
  }

  /** The same of a row that has been weighed. */
  drawWeighed(least: number, key: DrawKey): number {
    const from = scoreFrom(least, this.#scale);
    return this.#few(from, key) ?? this.#at(this.#row.keep(from), key);
  }

  #few(from: number, key: DrawKey): number | undefined {
    const few = this.#tokens;
    const n = this.#row.findAbove(from, fewest);
    if (n < 0) return undefined;
    few.take(this.#row, n, this.#scale);
    const token = few.at(uniformOf(key, 0));
    this.total = few.total;
    this.weight = few.weight;
    return token;
  }

  #at(total: number, key: DrawKey): number {
    const token = this.#row.at(uniformOf(key, 0) * total);
    this.total = total;
    this.weight = this.#row.weights[token]!;
    return token;
  }
}
