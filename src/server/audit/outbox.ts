/** Lines on their way to the disk, as bytes in one buffer that grows with them. */
export class Outbox {
  #buffer: Buffer = Buffer.alloc(0);
  #spare: ArrayBuffer | undefined;
  length = 0;
  count = 0;

  add(line: string): void {
    // A unit of UTF-16 is three bytes of UTF-8 at most.
    const most = this.length + 3 * line.length;
    if (most > this.#buffer.length) this.#grow(most);
    this.length += this.#buffer.write(line, this.length, "utf8");
    this.count++;
  }

  #grow(least: number): void {
    const spare =
      this.#spare && this.#spare.byteLength >= least ? this.#spare : new ArrayBuffer(Math.max(1 << 17, 2 * least));
    this.#spare = undefined;
    const next = Buffer.from(spare);
    this.#buffer.copy(next, 0, 0, this.length);
    this.#buffer = next;
  }

  /** Everything so far, to be given away. */
  take(): { buffer: ArrayBuffer; length: number; count: number } {
    const taken = { buffer: this.#buffer.buffer as ArrayBuffer, length: this.length, count: this.count };
    this.#buffer = Buffer.alloc(0);
    this.length = this.count = 0;
    return taken;
  }

  /** A buffer that came back. One of unusual size is let go. */
  giveBack(buffer: ArrayBuffer): void {
    if (buffer.byteLength <= 1 << 22) this.#spare = buffer;
  }
}
