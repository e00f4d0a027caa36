import { LogitsError } from "../core/index.js";
import { decode, type Line, lineOf, longestLine, refuseUtf16, tooLong } from "./lines.js";

/** The lines of a text that is read once, as it comes. Those that are looked at before the rows begin are kept for them. */
export class LineStream {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #name: string;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #bytes = 0;
  /** Lines so far, also those that were given away. */
  #count = 0;
  /** Text after the last line's end. */
  #rest = "";
  #ready: Line[] = [];
  /** How many of `#ready` were given away. */
  #given = 0;
  #ended = false;
  #begun = false;

  /** @param name of the text, for messages. */
  constructor(chunks: AsyncIterable<Uint8Array>, name: string) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#name = name;
  }

  /** All lines from the first; once the rows have begun each is given once, and let go. */
  async *lines(): AsyncGenerator<Line, undefined> {
    for (let at = 0; ; at++) {
      while ((this.#begun ? this.#given : at) >= this.#ready.length) if (!(await this.#more())) return undefined;
      yield this.#ready[this.#begun ? this.#given++ : at]!;
    }
  }

  /** From here on lines are given once. */
  begin(): void {
    if (this.#begun)
      throw new LogitsError(
        "bad-argument",
        `Cannot read ${this.#name} again: a stream is read once, got a second pass`,
      );
    this.#begun = true;
  }

  /** Whether whoever wants another line must wait for it. */
  get waits(): boolean {
    for (let at = this.#given; at < this.#ready.length; at++) if (this.#ready[at]!.text.trim() !== "") return false;
    return !this.#ended;
  }

  /** Reads on until there is another line; false at the end. */
  async #more(): Promise<boolean> {
    if (this.#begun) [this.#ready, this.#given] = [[], 0];
    for (let before = this.#ready.length; this.#ready.length === before; ) {
      if (this.#ended) return false;
      const { done, value } = await this.#chunks.next();
      if (done) this.#end();
      else this.#add(value);
    }
    return true;
  }

  #add(chunk: Uint8Array): void {
    if (this.#bytes === 0) refuseUtf16(chunk, this.#name);
    const text = decode(this.#decoder, chunk, true, this.#name, this.#bytes);
    this.#bytes += chunk.length;
    // A line that is not whole yet is not looked through again and again.
    const lines = text.includes("\n") ? (this.#rest + text).split("\n") : [this.#rest + text];
    this.#rest = lines.pop()!;
    for (const line of lines) this.#ready.push(lineOf(line, ++this.#count));
    if (this.#rest.length > longestLine) throw tooLong(this.#name, this.#count + 1);
  }

  #end(): void {
    this.#ended = true;
    this.#rest += decode(this.#decoder, new Uint8Array(0), false, this.#name, this.#bytes);
    if (this.#rest !== "") this.#ready.push(lineOf(this.#rest, ++this.#count));
    this.#rest = "";
  }
}
