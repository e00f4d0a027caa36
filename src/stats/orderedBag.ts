/** Values that grow in number and are always in order: how many are below a value, and how many equal it. Each addition costs about √n moves. */
export class OrderedBag {
  /** Runs of sorted values, one after another; each at most `longest`. */
  readonly #runs: number[][];
  #size: number;

  /** @param values in any order, without NaN. */
  constructor(values: ArrayLike<number> = []) {
    const sorted = Float64Array.from(values).sort();
    this.#size = sorted.length;
    this.#runs = [];
    for (let i = 0; i < sorted.length; i += half) this.#runs.push(Array.from(sorted.subarray(i, i + half)));
    if (this.#runs.length === 0) this.#runs.push([]);
  }

  get size(): number {
    return this.#size;
  }

  add(value: number): void {
    const runs = this.#runs;
    let r = 0;
    while (r < runs.length - 1 && highest(runs[r]!) < value) r++;
    const run = runs[r]!;
    run.splice(below(run, value), 0, value);
    if (run.length > 2 * half) runs.splice(r, 1, run.slice(0, half), run.slice(half));
    this.#size++;
  }

  /** How many are below a value, and how many are equal to it. */
  count(value: number): { less: number; equal: number } {
    let [less, equal] = [0, 0];
    for (let r = 0; r < this.#runs.length; r++) {
      const run = this.#runs[r]!;
      if (run.length === 0 || highest(run) < value) {
        less += run.length;
        continue;
      }
      const at = below(run, value);
      less += at;
      let to = at;
      while (to < run.length && run[to] === value) to++;
      equal += to - at;
      if (to < run.length) break;
    }
    return { less, equal };
  }
}

const half = 256;

const highest = (run: readonly number[]): number => run[run.length - 1]!;

function below(run: readonly number[], value: number): number {
  let [low, high] = [0, run.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (run[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
