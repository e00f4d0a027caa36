type Kind = Float64ArrayConstructor | Int32ArrayConstructor | Uint8ArrayConstructor;

/**
 * Arrays of one number a row that are written again for each batch, for passes that keep none of them: fresh memory is slower to touch, and it is the
 * garbage of a pass over many batches. What one batch wrote is gone with the next.
 */
export class RowArrays {
  readonly #kept = new Map<string, InstanceType<Kind>>();

  /** `rows` numbers under this name. They hold anything. */
  take<K extends Kind>(kind: K, name: string, rows: number): InstanceType<K> {
    const kept = this.#kept.get(name);
    if (kept && kept.length >= rows) return kept.subarray(0, rows) as InstanceType<K>;
    const fresh = new kind(rows);
    this.#kept.set(name, fresh);
    return fresh as InstanceType<K>;
  }
}
