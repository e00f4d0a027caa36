import { LogitsError, type Logits, normals, type Replicates } from "../core/index.js";
import { checkInput } from "./checkInput.js";
import { checkSeed } from "./checkSeed.js";
import { checkExamples, type Examples, gather } from "./examples.js";
import { forward, parameterTensors } from "./forward.js";
import type { Network } from "./network.js";
import { tensorflow } from "./tensorflow.js";

/** Examples that are looked at together. */
const TOGETHER = 200;

/** Adds normal noise to some examples, in place: keyed by (seed, number of the example, draw), whoever it is with. */
export function addNoise(
  values: Float32Array,
  rows: ArrayLike<number>,
  sigma: number,
  seed: number,
  draw: number,
): void {
  const width = values.length / rows.length;
  const noise = new Float32Array(width);
  for (let i = 0; i < rows.length; i++) {
    normals(seed, rows[i]!, draw, noise);
    for (let k = 0; k < width; k++) values[i * width + k]! += sigma * noise[k]!;
  }
}

export interface ReplicateOptions {
  /** Draws an example, an integer ≥ 1; default 32. */
  replicates?: number;
  /** Standard deviation of the noise on every value, > 0; default 12/255. What leaves [0, 1] stays outside, so that the noise is of one size everywhere. */
  sigma?: number;
  /** An integer 0 … 2³² − 1; default 1. */
  seed?: number;
}

/**
 * The logits of every example under draws of normal noise: what tells whether an input lies where inputs lie, or on a needle that was made.
 *
 * @throws "bad-argument", "bad-data", "mismatch"
 * @example
 *     const { values, replicates } = await replicate(net, examples, { replicates: 32 });
 */
export async function replicate(
  net: Network,
  examples: Examples,
  { replicates = 32, sigma = 12 / 255, seed = 1 }: ReplicateOptions = {},
): Promise<Replicates> {
  const refuse = (what: string): never => {
    throw new LogitsError("bad-argument", `Cannot replicate: ${what}`);
  };
  if (!(Number.isInteger(replicates) && replicates >= 1))
    refuse(`replicates must be an integer ≥ 1, got ${replicates}`);
  if (!(sigma > 0 && sigma < Infinity)) refuse(`sigma must be > 0, got ${sigma}`);
  checkSeed("replicate", seed);
  checkExamples("replicate", examples);
  checkInput("replicate", net, examples);
  const tf = await tensorflow();
  const rows = examples.labels.length;
  const classes = net.classes.length;
  const out = new Float32Array(rows * replicates * classes);
  const parameters = parameterTensors(tf, net);
  try {
    for (let from = 0; from < rows; from += TOGETHER) {
      const some = Array.from({ length: Math.min(TOGETHER, rows - from) }, (_, i) => from + i);
      const given = gather(examples, some);
      for (let r = 0; r < replicates; r++) {
        const values = given.slice();
        addNoise(values, some, sigma, seed, r);
        tf.tidy(() => {
          const z = forward(tf, net, tf.tensor(values, [some.length, ...net.input]), parameters)
            .at(-1)!
            .dataSync();
          some.forEach((row, i) => {
            out.set(z.subarray(i * classes, (i + 1) * classes), (row * replicates + r) * classes);
          });
        });
      }
    }
  } finally {
    tf.dispose(parameters);
  }
  return { values: out as Logits, rows, replicates, classes };
}
