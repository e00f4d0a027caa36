/**
 * A table of a FlatBuffers message: fields by slot, each bounds-checked by the DataView.
 * Source: FlatBuffers internals, "Tables", "Vectors".
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#vtable = at - view.getInt32(at, true);
  }

  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  /** Where the field in `slot` lies, 0 when it has its default. */
  #field(slot: number): number {
    const offset =
      slot < this.#view.getUint16(this.#vtable, true) ? this.#view.getUint16(this.#vtable + slot, true) : 0;
    return offset === 0 ? 0 : this.#at + offset;
  }

  uint8(slot: number): number {
    const at = this.#field(slot);
    return at === 0 ? 0 : this.#view.getUint8(at);
  }

  int64(slot: number): number {
    const at = this.#field(slot);
    return at === 0 ? 0 : safe(this.#view.getBigInt64(at, true));
  }

  table(slot: number): FlatTable | undefined {
    const at = this.#field(slot);
    return at === 0 ? undefined : new FlatTable(this.#view, at + this.#view.getUint32(at, true));
  }

  /** Tables of a vector. */
  tables(slot: number): FlatTable[] {
    return this.#items(slot, 4, (at) => new FlatTable(this.#view, at + this.#view.getUint32(at, true)));
  }

  /** 64-bit numbers of a vector. */
  numbers(slot: number): number[] {
    return this.#items(slot, 8, (at) => safe(this.#view.getBigInt64(at, true)));
  }

  /** Pairs of 64-bit numbers of a vector of structs. */
  pairs(slot: number): [number, number][] {
    return this.#items(slot, 16, (at) => [
      safe(this.#view.getBigInt64(at, true)),
      safe(this.#view.getBigInt64(at + 8, true)),
    ]);
  }

  #items<T>(slot: number, size: number, read: (at: number) => T): T[] {
    const field = this.#field(slot);
    if (field === 0) return [];
    const start = field + this.#view.getUint32(field, true);
    const count = this.#view.getUint32(start, true);
    if (start + 4 + count * size > this.#view.byteLength)
      throw new RangeError(`a list of ${count} in ${this.#view.byteLength} bytes`);
    return Array.from({ length: count }, (_, i) => read(start + 4 + i * size));
  }
}

function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`a size of ${value}`);
  return number;
}
