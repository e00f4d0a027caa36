/** At most so many requests a second for each caller, with as many saved up: a bucket that fills evenly and pays one for each request. */
export class RateLimit {
  readonly #perSecond: number;
  #forgot = -Infinity;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /**
   * 0 when the caller may go on, else the seconds to wait.
   *
   * @param now milliseconds of a clock that never jumps.
   */
  wait(caller: string, now: number = performance.now()): number {
    const full = Math.max(1, this.#perSecond);
    const bucket = this.#buckets.get(caller) ?? { left: full, at: now };
    bucket.left = Math.min(full, bucket.left + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    this.#buckets.set(caller, bucket);
    if (this.#buckets.size > 10_000 && now - this.#forgot >= 1000) this.#forget(now);
    if (bucket.left < 1) return (1 - bucket.left) / this.#perSecond;
    bucket.left--;
    return 0;
  }

  /** Callers whose bucket has filled again need not be known. Looked for once a second: with many callers each look is long. */
  #forget(now: number): void {
    this.#forgot = now;
    for (const [caller, { left, at }] of this.#buckets) {
      if (left + ((now - at) / 1000) * this.#perSecond >= Math.max(1, this.#perSecond)) this.#buckets.delete(caller);
    }
  }
}
