import { type Batch, LogitsError, predictions, type Replicates } from "../core/index.js";

/** How the differences of logits of benign inputs move under noise: plain numbers, classes × classes, of winner y and other class z at y · classes + z. */
export interface NoiseLaw {
  classes: number;
  mean: number[];
  /** Standard deviations, > 0. */
  sd: number[];
  /** Benign rows whose winner each class was. */
  rows: number[];
}

/** From fewer benign rows than this no pair's own mean and deviation are taken: it gets those of all pairs together. */
const FEWEST = 10;

/**
 * Learns from benign rows how far noise moves the logits of other classes against the winner's: mean and standard deviation over rows of
 * g_z = mean over draws of (f_z − f_y)(x + η) − (f_z − f_y)(x), for each winner y and other class z. Labels are not used.
 *
 * @param clean logits of the rows as they are; `noisy` those of the same rows under noise.
 * @throws "mismatch", "not-finite"; "bad-data" where there are fewer than 10 rows.
 *
 * Roth, Kilcher & Hofmann, "The odds are odd", ICML 2019, §3 (there y is the true class while fitting; here it is the winner, as it is when scoring).
 */
export function fitNoise(clean: Batch, noisy: Replicates): NoiseLaw {
  const { rows, classes } = clean;
  const shifts = shiftsUnderNoise(clean, noisy);
  if (rows < FEWEST)
    throw new LogitsError(
      "bad-data",
      `Cannot learn how noise moves logits: there must be at least ${FEWEST} benign rows, got ${rows}`,
    );
  const winner = predictions(clean).predicted;
  const all = spreads(1);
  const pairs = spreads(classes * classes);
  const counts = new Array<number>(classes).fill(0);
  for (let row = 0; row < rows; row++) {
    counts[winner[row]!]!++;
    for (let z = 0; z < classes; z++) {
      const shift = shifts[row * classes + z]!;
      if (z === winner[row] || Number.isNaN(shift)) continue;
      all.add(0, shift);
      pairs.add(winner[row]! * classes + z, shift);
    }
  }
  const law: NoiseLaw = { classes, mean: [], sd: [], rows: counts };
  for (let pair = 0; pair < classes * classes; pair++) {
    const { mean, sd } = pairs.count[pair]! >= FEWEST ? pairs.of(pair) : all.of(0);
    law.mean.push(mean);
    law.sd.push(sd);
  }
  return law;
}

/**
 * The signed noise statistic of each row: the largest over other classes z of (g_z − mean)/sd of its winner and z. Near 0 for inputs like the benign ones;
 * large where noise gives an input back to the class that it was taken from. It says nothing of an attacker who knows it (`mimicry`).
 *
 * @throws "mismatch", "not-finite"
 */
export function noiseEvidence(law: NoiseLaw, clean: Batch, noisy: Replicates): Float64Array {
  const { rows, classes } = clean;
  if (law.classes !== classes)
    throw new LogitsError(
      "mismatch",
      `Cannot score rows under noise: there must be ${law.classes} classes, as was learned from, got ${classes}`,
    );
  const shifts = shiftsUnderNoise(clean, noisy);
  const winner = predictions(clean).predicted;
  return new Float64Array(rows).map((_, row) => {
    let most = -Infinity;
    for (let z = 0; z < classes; z++) {
      const pair = winner[row]! * classes + z;
      const score = (shifts[row * classes + z]! - law.mean[pair]!) / law.sd[pair]!;
      if (z !== winner[row] && score > most) most = score;
    }
    return most;
  });
}

/** g_z of each row against its winner, rows × classes; NaN for a class that is masked. */
function shiftsUnderNoise(clean: Batch, noisy: Replicates): Float64Array {
  const { rows, classes, values } = clean;
  const { replicates } = noisy;
  if (noisy.rows !== rows || noisy.classes !== classes || noisy.values.length !== rows * replicates * classes)
    throw new LogitsError(
      "mismatch",
      `Cannot compare logits with those under noise: there must be ${rows} rows of ${classes} classes, got ${noisy.rows} of ${noisy.classes}`,
    );
  const winner = predictions(clean).predicted;
  const out = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++)
    for (let z = 0; z < classes; z++) {
      if (values[row * classes + z] === -Infinity) {
        out[row * classes + z] = NaN;
        continue;
      }
      let sum = 0;
      for (let r = 0; r < replicates; r++) {
        const at = (row * replicates + r) * classes;
        sum += noisy.values[at + z]! - noisy.values[at + winner[row]!]!;
      }
      const shift = sum / replicates - (values[row * classes + z]! - values[row * classes + winner[row]!]!);
      if (!Number.isFinite(shift))
        throw new LogitsError(
          "not-finite",
          `Cannot compare logits with those under noise: the scores of a class that is not masked must be finite, got row ${row}, class ${z}`,
          { row, column: z },
        );
      out[row * classes + z] = shift;
    }
  return out;
}

/** Means and standard deviations of so many samples that grow (Welford, Technometrics 1962). */
function spreads(samples: number): {
  count: Float64Array;
  add(sample: number, value: number): void;
  of(sample: number): { mean: number; sd: number };
} {
  const [count, mean, squares] = [0, 1, 2].map(() => new Float64Array(samples)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    count,
    add(sample, value) {
      const before = value - mean[sample]!;
      count[sample]!++;
      mean[sample]! += before / count[sample]!;
      squares[sample]! += before * (value - mean[sample]!);
    },
    of(sample) {
      const variance = squares[sample]! / (count[sample]! - 1);
      // Logits that noise never moves have no scale of their own.
      return { mean: mean[sample]!, sd: variance > 0 ? Math.sqrt(variance) : 1 };
    },
  };
}
