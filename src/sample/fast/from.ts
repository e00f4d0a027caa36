import type { DrawRow } from "../../core/index.js";
import type { DrawKey } from "../chain.js";
import { drawFrom } from "../draw.js";
import { Few } from "./few.js";

/** Where more tokens than these are left, a look at all of them is faster. */
export const fewest = 256;

/** What is sought from `seek`, a score times a scale, and the f32 that it found: in arrays, where no call allocates them. */
export const sought: Float64Array = new Float64Array(1);
export const found: Float32Array = new Float32Array(1);
const bits = new Int32Array(found.buffer);

/** Finds the smallest f32 that is not below what is sought when multiplied by `scale` > 0. */
export function seek(scale: number): void {
  found[0] = sought[0]! / scale;
  while (found[0]! * scale >= sought[0]!) step(-1);
  while (!(found[0]! * scale >= sought[0]!)) step(1);
}

/** To the next f32 up or down. */
function step(direction: 1 | -1): void {
  if (found[0] === 0) bits[0] = direction > 0 ? 1 : -2147483647;
  else bits[0]! += found[0]! > 0 ? direction : -direction;
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

  /** From what is sought on. */
  draw(peak: number, key: DrawKey): number {
    seek(this.#scale);
    const few = this.#few(key);
    if (few !== undefined) return few;
    this.#row.weigh(this.#scale, peak, found[0]!);
    return this.#all(key);
  }

  /** The same of a row that has been weighed. */
  drawWeighed(key: DrawKey): number {
    seek(this.#scale);
    const few = this.#few(key);
    if (few !== undefined) return few;
    this.#row.keep(found[0]!);
    return this.#all(key);
  }

  #few(key: DrawKey): number | undefined {
    const few = this.#tokens;
    const n = this.#row.findAbove(found[0]!, fewest);
    if (n < 0) return undefined;
    few.take(this.#row, n, this.#scale);
    const token = few.draw(key);
    this.total = few.total;
    this.weight = few.weight;
    return token;
  }

  #all(key: DrawKey): number {
    const token = drawFrom(this.#row, key, 0);
    this.total = this.#row.total;
    this.weight = this.#row.weights[token]!;
    return token;
  }
}
