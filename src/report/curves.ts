import { bootstrapWeights, type Predictions } from "../core/index.js";
import { quantile } from "../stats/quantile.js";

/** A point of the smoothed reliability curve, drawn only where there are rows. */
export interface ReliabilityPoint {
  confidence: number;
  accuracy: number;
  low: number;
  high: number;
  /** Rows that carry the point. */
  rows: number;
  /** Points of the same stretch are neighbours; between stretches there are no rows, and no line. */
  stretch: number;
}

export interface Curves {
  reliability: ReliabilityPoint[];
  /** Rows in each twentieth of [0, 1]. */
  histogram: { from: number; to: number; rows: number }[];
  /** Error rate among the most confident share of rows. */
  riskCoverage: { coverage: number; risk: number }[];
  /** Confidence of up to 100 rows of each outcome. */
  rug: { confidence: number; correct: boolean }[];
}

const cells = 200;
/** Width of the Gaussian that smooths accuracy over confidence. */
const bandwidth = 0.025;
/** Fewer rows than this around a confidence draw nothing. */
const fewest = 5;
const replicates = 100;

/** What a report draws of labelled predictions. */
export function curvesOf(rows: Predictions, seed = 0): Curves {
  return {
    reliability: reliability(rows, seed),
    histogram: histogram(rows),
    riskCoverage: riskCoverage(rows),
    rug: rug(rows),
  };
}

/** Accuracy over confidence, smoothed by a Gaussian reflected at the ends, with a 95 % bootstrap band. */
function reliability(rows: Predictions, seed: number): ReliabilityPoint[] {
  const cell = Uint16Array.from(rows.confidence, (p) => Math.min(cells - 1, Math.floor(p * cells)));
  const smooth = (weights?: Float64Array): { accuracy: Float64Array; mass: Float64Array } => {
    const count = new Float64Array(cells);
    const hits = new Float64Array(cells);
    for (let row = 0; row < rows.rows; row++) {
      const w = weights ? weights[row]! : 1;
      count[cell[row]!]! += w;
      hits[cell[row]!]! += w * rows.correct![row]!;
    }
    const mass = convolve(count);
    return { accuracy: convolve(hits).map((hit, i) => hit / mass[i]!), mass };
  };
  const { accuracy, mass } = smooth();
  // The Gaussian reaches beyond the rows: the line must not.
  const lowest = cell.reduce((least, at) => Math.min(least, at), cells);
  const highest = cell.reduce((most, at) => Math.max(most, at), 0);
  const bands = Array.from({ length: cells }, () => [] as number[]);
  const weights = Array.from({ length: 4 }, () => new Float64Array(rows.rows));
  for (let quad = 0; 4 * quad < replicates; quad++) {
    bootstrapWeights(seed, quad, rows.offset, rows.rows, weights);
    for (const lane of weights)
      smooth(lane).accuracy.forEach((value, i) => !Number.isNaN(value) && bands[i]!.push(value));
  }
  const points: ReliabilityPoint[] = [];
  let stretch = 0;
  for (let i = 0; i < cells; i++) {
    if (mass[i]! < fewest || i < lowest || i > highest) {
      stretch++;
      continue;
    }
    const sorted = Float64Array.from(bands[i]!).sort();
    points.push({
      confidence: (i + 0.5) / cells,
      accuracy: accuracy[i]!,
      low: quantile(sorted, 0.025),
      high: quantile(sorted, 0.975),
      rows: mass[i]!,
      stretch,
    });
  }
  return points;
}

/** Rows within a Gaussian of each cell; mass beyond 0 and 1 is reflected. */
function convolve(values: Float64Array): Float64Array {
  const reach = Math.ceil(5 * bandwidth * cells);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, d) => Math.exp(-0.5 * (d / cells / bandwidth) ** 2));
  const out = new Float64Array(cells);
  for (let i = 0; i < cells; i++) {
    if (values[i] === 0) continue;
    for (let d = -reach; d <= reach; d++) {
      let j = i + d;
      if (j < 0) j = -1 - j;
      if (j >= cells) j = 2 * cells - 1 - j;
      out[j]! += values[i]! * kernel[Math.abs(d)]!;
    }
  }
  return out;
}

function histogram(rows: Predictions): Curves["histogram"] {
  const bins = Array.from({ length: 20 }, (_, i) => ({ from: i / 20, to: (i + 1) / 20, rows: 0 }));
  for (const p of rows.confidence) bins[Math.min(19, Math.floor(p * 20))]!.rows++;
  return bins;
}

function riskCoverage(rows: Predictions): Curves["riskCoverage"] {
  const order = Uint32Array.from({ length: rows.rows }, (_, i) => i).sort(
    (a, b) => rows.logOdds[b]! - rows.logOdds[a]! || a - b,
  );
  const points: Curves["riskCoverage"] = [];
  const stride = Math.max(1, Math.floor(rows.rows / 200));
  let errors = 0;
  order.forEach((row, i) => {
    errors += 1 - rows.correct![row]!;
    if ((i + 1) % stride === 0 || i === rows.rows - 1)
      points.push({ coverage: (i + 1) / rows.rows, risk: errors / (i + 1) });
  });
  return points;
}

function rug(rows: Predictions): Curves["rug"] {
  const ticks: Curves["rug"] = [];
  for (const correct of [1, 0]) {
    const members = Array.from(rows.correct!.keys()).filter((row) => rows.correct![row] === correct);
    const step = Math.max(1, Math.floor(members.length / 100));
    for (let i = 0; i < members.length; i += step)
      ticks.push({ confidence: rows.confidence[members[i]!]!, correct: correct === 1 });
  }
  return ticks;
}
