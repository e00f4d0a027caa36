/** How far probabilities were from truth, over the last labels: expected calibration error in 15 bins of equal width (lo, hi]. */
export class CalibrationWindow {
  readonly #p: Float64Array;
  readonly #hit: Uint8Array;
  #count = 0;

  /** @param size how many labels are looked back on. */
  constructor(size = 10_000) {
    this.#p = new Float64Array(size);
    this.#hit = new Uint8Array(size);
  }

  add(p: number, happened: boolean): void {
    const at = this.#count++ % this.#p.length;
    this.#p[at] = p;
    this.#hit[at] = happened ? 1 : 0;
  }

  get labels(): number {
    return Math.min(this.#count, this.#p.length);
  }

  /** Σ_bins |Σ p − Σ happened| / n; NaN without labels. */
  error(): number {
    const bins = 15;
    const gap = new Float64Array(bins);
    const n = this.labels;
    for (let i = 0; i < n; i++) {
      const bin = Math.max(0, Math.ceil(this.#p[i]! * bins) - 1);
      gap[bin]! += this.#p[i]! - this.#hit[i]!;
    }
    return gap.reduce((sum, one) => sum + Math.abs(one), 0) / n;
  }
}
