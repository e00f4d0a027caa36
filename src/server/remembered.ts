import type { Serving } from "./generation.js";
import type { RequestIds } from "./requestIds.js";
import { MOST_ROWS } from "./schemas.js";

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
 * All lies in rings that new rows and requests overwrite, so that memory neither grows nor is left behind, and no decision waits for a collector that walks
 * over a hundred thousand objects.
 */
export class Decided {
  readonly size: number;
  /** Where in the rings of rows the one with this id of its own lies. */
  readonly #named = new Map<string, number>();
  readonly #p: Float64Array;
  readonly #class: string[];
  readonly #serving: (Serving | undefined)[];
  readonly #label: (string | undefined)[];
  readonly #name: (string | undefined)[];
  /** Rows that were ever kept: the next one's place is this, modulo the size. */
  #count = 0;
  readonly #ids: RequestIds;
  /** Where in the rings of requests the one lies that brought this id. */
  readonly #asked = new Map<string, number>();
  /** The id that a request brought; empty where it was given one. */
  readonly #brought: string[];
  /** The number in the id that a request was given, else the last one that was given before: they ascend, and are found without a map. */
  readonly #serial: Float64Array;
  /** Where a request's rows begin, counted over all that were ever kept, and how many it has. */
  readonly #start: Float64Array;
  readonly #rows: Uint32Array;
  /** Requests that were ever added, and of these the oldest that still has rows. */
  #requests = 0;
  #oldest = 0;
  #lastSerial = -1;

  /** @param size how many rows are remembered. */
  constructor(ids: RequestIds, size: number = MOST_ROWS) {
    this.#ids = ids;
    this.size = size;
    const ring = <T>(value: T): T[] => Array.from({ length: size }, () => value);
    this.#p = new Float64Array(size);
    this.#class = ring("");
    this.#serving = ring<Serving | undefined>(undefined);
    this.#label = ring<string | undefined>(undefined);
    this.#name = ring<string | undefined>(undefined);
    this.#brought = ring("");
    this.#serial = new Float64Array(size);
    this.#start = new Float64Array(size);
    this.#rows = new Uint32Array(size);
  }

  /** Where the next rows begin. */
  get next(): number {
    return this.#count;
  }

  /** Keeps the next row. */
  keep(p: number, about: string, serving: Serving): void {
    const at = this.#count++ % this.size;
    const name = this.#name[at];
    if (name !== undefined) {
      if (this.#named.get(name) === at) this.#named.delete(name);
      this.#name[at] = undefined;
    }
    this.#p[at] = p;
    this.#class[at] = about;
    this.#serving[at] = serving;
    this.#label[at] = undefined;
  }

  /**
   * Makes rows that were kept findable. An id that is used again is the later one's.
   *
   * @param request the id that it brought, or the number of the one it was given.
   * @param start `next` before the first of them.
   */
  add(request: string | number, start: number, rows: number, named?: readonly string[]): void {
    this.#forget();
    const slot = this.#requests++ % this.size;
    this.#start[slot] = start;
    this.#rows[slot] = rows;
    if (typeof request === "number") {
      this.#lastSerial = request;
      this.#brought[slot] = "";
    } else {
      this.#brought[slot] = request;
      this.#asked.set(request, slot);
    }
    this.#serial[slot] = this.#lastSerial;
    if (!named) return;
    for (let row = 0; row < rows; row++) {
      const place = start + row;
      if (!this.#holds(place)) continue;
      this.#name[place % this.size] = named[row]!;
      this.#named.set(named[row]!, place % this.size);
    }
  }

  /** Lets go of requests whose last row is not held any more: the oldest, one after the other. */
  #forget(): void {
    while (this.#oldest < this.#requests) {
      const slot = this.#oldest % this.size;
      if (this.#holds(this.#start[slot]! + this.#rows[slot]! - 1)) return;
      const brought = this.#brought[slot]!;
      if (brought !== "" && this.#asked.get(brought) === slot) this.#asked.delete(brought);
      this.#oldest++;
    }
  }

  #holds(place: number): boolean {
    return place >= this.#count - this.size;
  }

  /** The decision of a row by its own id, by `REQUEST-ROW`, or by its request's id and its row. */
  find(id: string, row = 0): Remembered | undefined {
    const at = this.#named.get(id) ?? this.#placeOf(id, row);
    if (at === undefined) return undefined;
    const { classes, params } = this.#serving[at]!.policy;
    const { positive } = params as { positive?: unknown };
    const asked = Array.isArray(positive) ? positive : [this.#class[at]];
    return {
      p: this.#p[at]!,
      happens: (label) => asked.includes(label),
      classes,
      label: this.#label[at],
      learn: (label) => void (this.#label[at] = label),
    };
  }

  #placeOf(id: string, row: number): number | undefined {
    const dash = id.lastIndexOf("-");
    const whole = this.#slotOf(id);
    const slot = whole ?? (dash < 0 ? undefined : this.#slotOf(id.slice(0, dash)));
    const index = whole === undefined ? indexIn(id.slice(dash + 1)) : row;
    if (slot === undefined || !(index >= 0 && index < this.#rows[slot]!)) return undefined;
    const place = this.#start[slot]! + index;
    return this.#holds(place) ? place % this.size : undefined;
  }

  #slotOf(id: string): number | undefined {
    const slot = this.#asked.get(id);
    if (slot !== undefined) return slot;
    const serial = this.#ids.serialOf(id);
    if (serial === undefined) return undefined;
    let [low, high] = [this.#oldest, this.#requests];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#serial[middle % this.size]! < serial) low = middle + 1;
      else high = middle;
    }
    const found = low % this.size;
    return low < this.#requests && this.#serial[found] === serial && this.#brought[found] === "" ? found : undefined;
  }
}

/** A row's number as ids end with it: `-01`, `-1.5` and `-` are other ids. */
const indexIn = (text: string): number => (/^(0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN);
