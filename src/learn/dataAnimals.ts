import { LogitsError } from "../core/index.js";
import { fileBytes } from "../formats/file.js";
import { inflate } from "../formats/inflate.js";
import type { KnownFile } from "../models/catalogue.js";
import { pullFile } from "../models/pull.js";
import type { DataOptions } from "./data.js";
import type { Given } from "./dataSplit.js";
import type { Examples } from "./examples.js";

/**
 * CIFAR-10 for C programs (Krizhevsky 2009), as its home page has it; the MD5 that stands there is c32a1d4ab5d03f1284b67883e8d87530.
 * It has no licence, so that nobody may pass it on: it is fetched from there.
 */
const cifar10: KnownFile = {
  name: "cifar10-animals",
  file: "cifar-10-binary.tar.gz",
  bytes: 170_052_171,
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  address: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  offline: "bring cifar-10-binary.tar.gz from there on another machine; then --from cifar-10-binary.tar.gz",
};

const classes = ["cat", "dog", "bird"];
/** Their numbers in CIFAR-10. */
const numbers = [3, 5, 2];
const SIDE = 32;
const PLANE = SIDE * SIDE;
const RECORD = 1 + 3 * PLANE;
/** Of a tar archive. */
const BLOCK = 512;

/** The cats, dogs and birds of CIFAR-10; `archive` is the file to fetch and its sum. */
export async function cifarAnimals(
  { from, cache, onFetch }: DataOptions,
  archive: KnownFile = cifar10,
): Promise<Given> {
  const { path, fetched } = await pullFile(archive, {
    ...(from !== undefined && { from }),
    ...(cache !== undefined && { cache }),
    ...(onFetch && { onFetch }),
  });
  const parts = { train: new Animals("train"), test: new Animals("test") };
  for await (const { name, bytes } of tarMembers(path)) {
    const part = /(data|test)_batch[^/]*\.bin$/.exec(name)?.[1];
    if (part) parts[part === "data" ? "train" : "test"].add(path, name, bytes);
  }
  for (const [part, animals] of Object.entries(parts))
    if (animals.labels.length === 0)
      throw new LogitsError("bad-data", `Cannot read ${path}: it must hold CIFAR-10's ${part} batches, got none`);
  const notes = [`CIFAR-10 is at ${path}${fetched ? ", fetched now; its SHA-256 is right" : ""}.`];
  return { name: "cifar10-animals", train: parts.train.examples(), test: parts.test.examples(), notes };
}

/** Pictures as they are found. */
class Animals {
  readonly labels: number[] = [];
  readonly #pictures: Uint8Array[] = [];
  readonly #ids: string[] = [];
  readonly #part: string;
  #seen = 0;

  constructor(part: string) {
    this.#part = part;
  }

  /** Records of a label and three planes, red, green and blue. */
  add(path: string, name: string, bytes: Uint8Array): void {
    if (bytes.length % RECORD !== 0)
      throw new LogitsError(
        "bad-data",
        `Cannot read ${name} of ${path}: it must be records of ${RECORD} bytes, got ${bytes.length} bytes`,
      );
    for (let at = 0; at < bytes.length; at += RECORD) {
      const label = numbers.indexOf(bytes[at]!);
      const id = `${this.#part}/${this.#seen++}`;
      if (label < 0) continue;
      const picture = new Uint8Array(3 * PLANE);
      for (let i = 0; i < picture.length; i++) picture[i] = bytes[at + 1 + (i % 3) * PLANE + Math.floor(i / 3)]!;
      this.labels.push(label);
      this.#pictures.push(picture);
      this.#ids.push(id);
    }
  }

  examples(): Examples {
    const values = new Uint8Array(this.#pictures.length * 3 * PLANE);
    this.#pictures.forEach((picture, i) => values.set(picture, i * 3 * PLANE));
    return { values, shape: [SIDE, SIDE, 3], labels: Int32Array.from(this.labels), classes, ids: this.#ids };
  }
}

/** The files of a gzipped tar archive, one after another (POSIX ustar). */
async function* tarMembers(path: string): AsyncGenerator<{ name: string; bytes: Uint8Array }> {
  const archive = await fileBytes(path);
  const pieces = inflate(archive, "gzip");
  let held: Uint8Array = new Uint8Array(0);
  const take = async (length: number): Promise<Uint8Array | undefined> => {
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (held.length === 0) {
        const { done, value } = await pieces.next();
        if (done) return undefined;
        held = value;
      }
      const part = held.subarray(0, length - filled);
      out.set(part, filled);
      filled += part.length;
      held = held.subarray(part.length);
    }
    return out;
  };
  const text = (block: Uint8Array, from: number, to: number): string =>
    new TextDecoder().decode(block.subarray(from, to)).replace(/\0.*$/s, "").trim();
  try {
    for (;;) {
      const header = await take(BLOCK);
      if (!header || header.every((byte) => byte === 0)) return;
      const size = Number.parseInt(text(header, 124, 136) || "0", 8);
      const bytes = Number.isFinite(size) ? await take(Math.ceil(size / BLOCK) * BLOCK) : undefined;
      if (!bytes)
        throw new LogitsError(
          "bad-data",
          `Cannot read ${path}: it must be a whole tar archive, got one that is cut short or damaged`,
        );
      yield { name: text(header, 0, 100), bytes: bytes.subarray(0, size) };
    }
  } finally {
    await pieces.return(undefined);
    await archive.close();
  }
}
