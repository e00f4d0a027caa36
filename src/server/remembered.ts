import type { Serving } from "./generation.js";

/** What is kept of a request until its truth arrives. */
interface Kept {
  serving: Serving;
  /** Where its rows begin, counted over all that were ever kept. */
  start: number;
  rows: number;
  /** The rows' own ids, where the request gave them. */
  named?: readonly string[];
  labels?: Map<number, string>;
}

/** A decision whose truth may come late. */
export interface Remembered {
  /** Probability of what the policy asks about. */
  p: number;
  /** Whether that is what a label says. */
  happens(label: string): boolean;
  classes: readonly string[];
  /** The truth that was told already. */
  label: string | undefined;
  learn(label: string): void;
}

/**
 * The last decisions, by id: late labels are held against them. What is older is in the trail alone.
 *
 * Probabilities and classes lie in rings that new rows overwrite, so that memory neither grows nor is left behind.
 */
export class Decided {
  readonly size: number;
  readonly #requests = new Map<string, Kept>();
  readonly #rows = new Map<string, { request: string; row: number }>();
  readonly #p: Float64Array;
  readonly #class: string[];
  /** Rows that were ever kept: the next one's place is this, modulo the size. */
  #count = 0;

  /** @param size how many rows are remembered. */
  constructor(size = 100_000) {
    this.size = size;
    this.#p = new Float64Array(size);
    this.#class = Array.from({ length: size }, () => "");
  }

  /** Where the next rows begin. */
  get next(): number {
    return this.#count;
  }

  /** Keeps the next row. */
  keep(p: number, about: string): void {
    const at = this.#count++ % this.size;
    this.#p[at] = p;
    this.#class[at] = about;
  }

  /**
   * Makes rows that were kept findable.
   *
   * @param start `next` before the first of them.
   */
  add(request: string, start: number, rows: number, serving: Serving, named?: readonly string[]): void {
    const kept: Kept = { serving, start, rows };
    // An id that is used again is the later one's.
    const earlier = this.#requests.get(request);
    if (earlier) this.#forget(request, earlier);
    if (named) {
      kept.named = named;
      for (let row = 0; row < named.length; row++) this.#rows.set(named[row]!, { request, row });
    }
    this.#requests.set(request, kept);
    for (const [id, one] of this.#requests) {
      if (this.#holds(one.start + one.rows - 1)) break;
      this.#forget(id, one);
    }
  }

  #holds(place: number): boolean {
    return place >= this.#count - this.size;
  }

  #forget(request: string, { named = [] }: Kept): void {
    this.#requests.delete(request);
    for (const id of named) if (this.#rows.get(id)?.request === request) this.#rows.delete(id);
  }

  /** The decision of a row by its own id, by `REQUEST-ROW`, or by its request's id and its row. */
  find(id: string, row = 0): Remembered | undefined {
    const place = this.#rows.get(id) ?? { request: id, row };
    const dash = id.lastIndexOf("-");
    const { request, row: index } = this.#requests.has(place.request)
      ? place
      : { request: id.slice(0, dash), row: Number(id.slice(dash + 1)) };
    const kept = this.#requests.get(request);
    if (!kept || !(index >= 0 && index < kept.rows && this.#holds(kept.start + index))) return undefined;
    const at = (kept.start + index) % this.size;
    const { classes, params } = kept.serving.policy;
    const { positive } = params as { positive?: unknown };
    const asked = Array.isArray(positive) ? positive : [this.#class[at]];
    return {
      p: this.#p[at]!,
      happens: (label) => asked.includes(label),
      classes,
      label: kept.labels?.get(index),
      learn: (label) => void (kept.labels ??= new Map()).set(index, label),
    };
  }
}
