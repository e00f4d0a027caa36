/**
 * Text put together from many pieces, as one flat string. What `+=` makes is a tree with an object a piece, and an answer waits for the disk: the collector
 * would copy thousands of such objects for each request that waits.
 */
export class Pieces {
  readonly #list: string[] = [];
  #count = 0;

  begin(): void {
    this.#count = 0;
  }

  add(piece: string): void {
    this.#list[this.#count++] = piece;
  }

  take(): string {
    // What a longer text has left behind.
    this.#list.length = this.#count;
    return this.#list.join("");
  }
}
