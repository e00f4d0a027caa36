import { npyHeader } from "./writeNpy.js";
import { type Sink } from "./writeTable.js";
import { ZipWriter } from "./writeZip.js";

/** What a language model said while a text was written: one row of scores a step, and the whole text in tokens. */
export class Recording {
  readonly #rows: Float32Array<ArrayBuffer>[] = [];

  /** Keeps a step's logits as models give them: in half precision a draw from thousands of tokens comes out as another one now and then. */
  add(logits: ArrayLike<number>): void {
    this.#rows.push(Float32Array.from(logits));
  }

  /** An npz of `logits` (steps × vocabulary, f4) and `tokens` (i4): prompt, then what was written. */
  async write(tokens: readonly number[], sink: Sink): Promise<void> {
    const zip = new ZipWriter(sink);
    const vocabulary = this.#rows[0]?.length ?? 0;
    const header = npyHeader("<f4", [this.#rows.length, vocabulary]);
    const size = header.length + 4 * this.#rows.length * vocabulary;
    await zip.add("logits.npy", size, [header, ...this.#rows.map(({ buffer }) => new Uint8Array(buffer))]);
    const ids = npyHeader("<i4", [tokens.length]);
    await zip.add("tokens.npy", ids.length + 4 * tokens.length, [ids, new Uint8Array(Int32Array.from(tokens).buffer)]);
    await zip.finish();
  }
}
