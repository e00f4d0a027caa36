import { npy, storedZip } from "./npyFiles.js";

/** Numbers of a fixed sequence in [0, 1), the same everywhere. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  });
}

/** Pictures of noise, in which class k has a bright band at a height of its own; labels go round. */
export function banded(
  rows: number,
  [height, width, channels]: [number, number, number],
  classes: number,
  seed = 1,
): { pixels: Uint8Array; labels: BigInt64Array } {
  const size = height * width * channels;
  const noise = numbers(rows * size, seed);
  const pixels = Uint8Array.from(noise, (value, i) => {
    const label = Math.floor(i / size) % classes;
    const band = Math.floor((Math.floor((i % size) / (width * channels)) * classes) / height);
    return Math.floor(120 * value) + (band === label ? 100 : 0);
  });
  return { pixels, labels: BigInt64Array.from({ length: rows }, (_, row) => BigInt(row % classes)) };
}

/** An npz of arrays: shape, type and numbers of each. */
export const npz = (arrays: Record<string, [descr: string, shape: number[], values: ArrayBufferView]>): Uint8Array =>
  storedZip(Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, npy(...array)])));

/** train_images, train_labels, test_images, test_labels of such pictures; one label in `wrongly` is that of the next class. */
export function bandedNpz(rows: number, shape: [number, number, number], classes = 3, wrongly = Infinity): Uint8Array {
  const [train, test] = [banded(rows, shape, classes), banded(60, shape, classes, 2)];
  for (const { labels } of [train, test])
    for (let row = wrongly - 1; row < labels.length; row += wrongly)
      labels[row] = (labels[row]! + 1n) % BigInt(classes);
  return npz({
    train_images: ["|u1", [rows, ...shape], train.pixels],
    train_labels: ["<i8", [rows], train.labels],
    test_images: ["|u1", [60, ...shape], test.pixels],
    test_labels: ["<i8", [60], test.labels],
  });
}

/** numpy's text array of words of at most 8 letters. */
export function words(texts: string[]): [string, number[], ArrayBufferView] {
  const cells = new Uint32Array(8 * texts.length);
  texts.forEach((text, row) =>
    cells.set(
      Array.from(text, (letter) => letter.codePointAt(0)!),
      8 * row,
    ),
  );
  return ["<U8", [texts.length], cells];
}
