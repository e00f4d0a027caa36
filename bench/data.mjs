// Synthetic logits, the same on every machine, as .npy files in .cache/bench that both sides read.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../.cache/bench/", import.meta.url));

/** Path of a file in the cache, made by `make` when it is not there. */
export function cached(name, make) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  if (!existsSync(path)) make(path);
  return path;
}

export const cachePath = (name) => cached(name, () => undefined);

/**
 * `rows` × `classes` logits of a model that would be calibrated at temperature `sharp`: labels are drawn from softmax(z / sharp).
 * @returns `{ x, y, values, labels, rows, classes }`: paths of logits (f32) and labels (i64), and both in memory
 */
export function batch(rows, classes, sharp) {
  const name = `${rows}x${classes}`;
  const x = join(folder, `${name}.npy`);
  const y = join(folder, `${name}.labels.npy`);
  if (!existsSync(x) || !existsSync(y)) {
    const { values, labels } = drawBatch(rows, classes, sharp);
    mkdirSync(folder, { recursive: true });
    writeFileSync(x, npy("<f4", [rows, classes], values));
    writeFileSync(y, npy("<i8", [rows], BigInt64Array.from(labels, BigInt)));
  }
  return { x, y, rows, classes, ...inMemory(x, y) };
}

/** `count` scores with 0/1 labels whose chance rises with the score. */
export function binary(count) {
  const x = join(folder, `binary${count}.npy`);
  const y = join(folder, `binary${count}.labels.npy`);
  if (!existsSync(x) || !existsSync(y)) {
    const { normal, uniform } = generator(count);
    const scores = Float32Array.from({ length: count }, () => 2 * normal());
    const labels = Array.from(scores, (z) => (uniform() < 1 / (1 + Math.exp(-z / 1.5 - Math.sin(z))) ? 1n : 0n));
    mkdirSync(folder, { recursive: true });
    writeFileSync(x, npy("<f4", [count], scores));
    writeFileSync(y, npy("<i8", [count], BigInt64Array.from(labels)));
  }
  return { x, y, ...inMemory(x, y) };
}

function drawBatch(rows, classes, sharp) {
  const { normal, uniform } = generator(rows + classes);
  const values = new Float32Array(rows * classes);
  const labels = new Int32Array(rows);
  const weights = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    // Some rows are easy: their best class stands out, by up to ln(classes) + 4.
    const favourite = Math.floor(uniform() * classes);
    const lift = (1 - uniform() ** 3) * (Math.log(classes) + 4);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const z = 1.2 * normal() + (k === favourite ? lift : 0);
      values[row * classes + k] = sharp * z;
      sum += weights[k] = Math.exp(z);
    }
    let left = uniform() * sum;
    let label = 0;
    while (label < classes - 1 && (left -= weights[label]) > 0) label++;
    labels[row] = label;
  }
  return { values, labels };
}

function inMemory(x, y) {
  const longs = new BigInt64Array(dataOf(readFileSync(y)));
  return { values: float32(x), labels: Int32Array.from(longs, Number) };
}

/** The values of an npy file of f32. */
export function float32(path) {
  return new Float32Array(dataOf(readFileSync(path)));
}

function dataOf(bytes) {
  const start = bytes.byteOffset + 10 + bytes.readUInt16LE(8);
  return bytes.buffer.slice(start, bytes.byteOffset + bytes.byteLength);
}

/** An npy file of version 1. */
export function npy(dtype, shape, values) {
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.alloc(10);
  head.write("\x93NUMPY\x01\x00", "latin1");
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded), Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}

const rotate = (value, by) => (value << by) | (value >>> (32 - by));

/** xoshiro128** and Box–Muller. */
export function generator(seed) {
  const state = Uint32Array.from([seed, 0x9e3779b9, 0x243f6a88, 0xb7e15162]);
  const next = () => {
    const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 11);
    return result;
  };
  for (let warm = 0; warm < 20; warm++) next();
  const uniform = () => (next() + 0.5) / 2 ** 32;
  let spare;
  const normal = () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uniform, normal };
}
