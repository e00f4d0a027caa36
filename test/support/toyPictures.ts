import { normals } from "../../src/core/index.js";
import { conv, dense, type Examples, linear, type Network, network, pool, train } from "../../src/learn/index.js";

const SIDE = 8;

/** Grey pictures of lines across (0), lines down (1) and a chequerboard (2), ±0.08 around 0.5 under noise: a small network knows them, and a small change moves them. */
export function toyPictures(count: number, seed: number): Examples {
  const values = new Float32Array(count * SIDE * SIDE);
  const labels = Int32Array.from({ length: count }, (_, row) => row % 3);
  const noise = new Float32Array(SIDE * SIDE);
  labels.forEach((label, row) => {
    normals(seed, row, 0, noise);
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const light = [y, x, x + y][label]! % 2 === 0 ? 0.08 : -0.08;
        const at = y * SIDE + x;
        values[row * SIDE * SIDE + at] = Math.max(0, Math.min(1, 0.5 + light + 0.08 * noise[at]!));
      }
  });
  return {
    values,
    shape: [SIDE, SIDE, 1],
    labels,
    classes: ["across", "down", "chequered"],
    ids: Array.from(labels, (_, row) => `toy${row}`),
  };
}

export const untrained = (): Network =>
  network([conv(6), pool(), dense(16), linear(3)], {
    input: [SIDE, SIDE, 1],
    seed: 5,
    classes: ["across", "down", "chequered"],
  });

let trained: Promise<Network> | undefined;

/** A network that knows nearly all of them; half a second, once. */
export function toyNetwork(): Promise<Network> {
  trained ??= train(untrained(), toyPictures(600, 1), { epochs: 6, batch: 20, seed: 1, rate: 0.004 }).then(
    ({ network }) => network,
  );
  return trained;
}
