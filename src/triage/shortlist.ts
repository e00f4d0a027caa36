import type { TriageItem, TriageRows } from "./method.js";

interface Entry {
  strength: number;
  row: number;
  item: TriageItem;
}

/** The strongest items seen so far; among equals the earliest rows. */
export class Shortlist {
  readonly #verdict: string;
  readonly #classes: readonly string[];
  readonly #top: number;
  #entries: Entry[] = [];
  /** Nothing weaker than this can still be among the `top`. */
  #weakest = -Infinity;

  constructor(verdict: string, { classes, top }: { classes: readonly string[]; top: number }) {
    this.#verdict = verdict;
    this.#classes = classes;
    this.#top = top;
  }

  /** `evidence` is asked for only when the row is strong enough to be kept. */
  add(
    rows: TriageRows,
    row: number,
    strength: number,
    evidence: () => { evidence: TriageItem["evidence"]; text: string },
  ): void {
    if (strength < this.#weakest || this.#top === 0) return;
    const item = { ...this.#describe(rows, row), ...evidence() };
    this.#entries.push({ strength, row: item.row, item });
    if (this.#entries.length >= 2 * this.#top + 64) this.#trim();
  }

  items(): TriageItem[] {
    this.#trim();
    return this.#entries.map(({ item }) => item);
  }

  #trim(): void {
    this.#entries.sort((a, b) => b.strength - a.strength || a.row - b.row);
    if (this.#entries.length < this.#top) return;
    this.#entries.length = this.#top;
    this.#weakest = this.#entries.at(-1)?.strength ?? Infinity;
  }

  #describe({ scores, margins }: TriageRows, row: number): Omit<TriageItem, "evidence" | "text"> {
    const { ids, slices } = scores.batch;
    const index = scores.offset + row;
    return {
      id: ids?.[row] ?? String(index),
      row: index,
      verdict: this.#verdict,
      ...(scores.labels ? { label: this.#classes[scores.labels[row]!]! } : {}),
      predicted: this.#classes[scores.predicted[row]!]!,
      p: scores.confidence[row]!,
      margin: margins[row]!,
      ...(slices
        ? { slices: Object.fromEntries(Object.entries(slices).map(([name, column]) => [name, column[row]!])) }
        : {}),
    };
  }
}
