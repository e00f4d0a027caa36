import type { Decision } from "../core/index.js";
import type { Serving } from "./generation.js";

/** What is kept of a request's decisions until their truth arrives. */
interface Kept {
  serving: Serving;
  p: number[];
  class: string[];
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

/** The last decisions, by id: late labels are held against them. What is older is in the trail alone. */
export class Decided {
  readonly size: number;
  readonly #requests = new Map<string, Kept>();
  readonly #rows = new Map<string, { request: string; row: number }>();
  #held = 0;

  /** @param size how many rows are remembered. */
  constructor(size = 100_000) {
    this.size = size;
  }

  add(request: string, decisions: readonly Decision[], serving: Serving, named?: readonly string[]): void {
    // An id that is used again is the later one's.
    if (this.#requests.has(request)) this.#forget(request);
    const kept: Kept = {
      serving,
      p: decisions.map(({ p }) => p),
      class: decisions.map((decision) => decision.class),
    };
    if (named) {
      kept.named = named;
      for (let row = 0; row < named.length; row++) this.#rows.set(named[row]!, { request, row });
    }
    this.#requests.set(request, kept);
    this.#held += decisions.length;
    while (this.#held > this.size && this.#requests.size > 1) this.#forget(this.#requests.keys().next().value!);
  }

  #forget(request: string): void {
    const { p, named = [] } = this.#requests.get(request)!;
    this.#requests.delete(request);
    this.#held -= p.length;
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
    const p = kept?.p[index];
    if (!kept || p === undefined) return undefined;
    const { positive } = kept.serving.policy.params as { positive?: unknown };
    const asked = Array.isArray(positive) ? positive : [kept.class[index]];
    return {
      p,
      happens: (label) => asked.includes(label),
      classes: kept.serving.policy.classes,
      label: kept.labels?.get(index),
      learn: (label) => void (kept.labels ??= new Map()).set(index, label),
    };
  }
}
