import { type Arena, RESULT } from "./arena.js";
import { BLOCK } from "./drawReference.js";

/** Of many blocks one of so many is looked at to find out about where; of few more, so that there are enough. */
const STEP = 16;
const ENOUGH = 32;
/** Sums of weights are right to this share of the whole: what comes nearer to the limit is not decided here. */
const DOUBT = 1e-9;
/** The logarithm of a weight is right to this. */
const LOG_DOUBT = 1e-8;
/** Weights that may be looked at one by one; of a short row a quarter. */
const MOST = 4096;
/** The logarithm of a weight than which all smaller ones together are too small to matter. */
const LOWEST = -64;
/** To how many logits a threshold is found: in a sample at first, and then. */
const ROUGHLY = 0.02;
const NEARLY = 0.001;
/** Logits to either side of a threshold in which weights are counted, and in which at most they are looked at. */
const AROUND = 0.05;
const WIDEST = 0.25;
/** How often a threshold is guessed before it is searched for. */
const GUESSES = 3;
/** Of so many weights those that do not matter are left out before they are sorted. */
const FEW = 32;

/** A row and its weights e^(score·scale − peak) in an arena, with room to work in. */
export interface WeighedRow {
  arena: Arena;
  blocks: number;
  scores: Float32Array | Float64Array;
  scale: number;
  peak: number;
  weightsAt: number;
  total: number;
  /** `workFor(blocks)` bytes. */
  workAt: number;
}

const mostOf = (blocks: number): number => Math.min(MOST, (blocks * BLOCK) / 4);

export const workFor = (blocks: number): number => 12 * (mostOf(blocks) + BLOCK);

/** What is kept: the scores above `score`, and of the ids that have it, which rise, the first `few`. */
export interface Reached {
  score: number;
  ids: readonly number[];
  few: number;
}

/**
 * Where the largest scores, equal ones by their place, come to a share of the sum of all weights. The score that comes to it is kept with `andNext`.
 * Undefined where sums of weights cannot decide it, and where none is kept.
 */
export function whereReached(row: WeighedRow, share: number, andNext: boolean): Reached | undefined {
  const { total } = row;
  const limit = share * total;
  if (limit < DOUBT * total || total - limit < DOUBT * total) return undefined;
  const band = bandOf(row, limit);
  return band && reachedIn(narrowed(band, limit), row, limit, andNext);
}

/** Σ of the weights whose logarithm is not below one. */
type MassFrom = (logit: number) => number;

/** A threshold, to some logits, whose mass is not less than some; or the nearer end of where it is searched for. */
function thresholdOf(massFrom: MassFrom, mass: number, from: number, to: number, within: number): number {
  let [low, high] = [from, to];
  while (high - low > within) {
    const middle = (low + high) / 2;
    if (massFrom(middle) < mass) high = middle;
    else low = middle;
  }
  return low;
}

/** Weights between two thresholds, whose logarithms these are, in the order of their ids, and Σ of those above. */
interface Band {
  low: number;
  high: number;
  above: number;
  weights: Float64Array;
  ids: Int32Array;
}

/** Few weights among which the limit is reached. */
function bandOf(row: WeighedRow, limit: number): Band | undefined {
  const { arena, blocks, weightsAt, total } = row;
  const massBy = (step: number): MassFrom => {
    return (logit) => arena.kernels.massFrom(weightsAt, blocks, step, Math.exp(logit));
  };
  const all = massBy(1);
  const step = Math.max(1, Math.min(STEP, Math.floor(blocks / ENOUGH)));
  const sample = massBy(step);
  let known = thresholdOf(sample, (limit / total) * sample(LOWEST), LOWEST, 0, ROUGHLY);
  let mass = all(known);
  for (let guess = 0; guess < GUESSES; guess++) {
    // A sample knows little of the largest weights but much of the others: as far from where all are known as it says.
    const wanted = sample(known) + (limit - mass) / step;
    const near = thresholdOf(sample, wanted, known - 2, known + 2, NEARLY);
    const count = ((sample(near - AROUND) - sample(near + AROUND)) * step) / Math.exp(near);
    const margin = Math.max(NEARLY, Math.min(WIDEST, (AROUND * mostOf(blocks)) / (2 * count)));
    const band = partAt(row, near - margin, near + margin);
    if (!band) break;
    if (isIn(band, limit)) return band;
    [known, mass] = [band.high, band.above];
  }
  const near = thresholdOf(all, limit, LOWEST, 0, NEARLY);
  const band = partAt(row, near - NEARLY, near + 2 * NEARLY);
  return band && isIn(band, limit) ? band : undefined;
}

/** Undefined where too many weights lie there. */
function partAt({ arena, blocks, weightsAt, workAt }: WeighedRow, low: number, high: number): Band | undefined {
  const { kernels, doubles, ints } = arena;
  const most = mostOf(blocks);
  const placesAt = workAt + 8 * (most + BLOCK);
  const n = kernels.part(weightsAt, blocks, Math.exp(low), Math.exp(high), placesAt, workAt, most, RESULT);
  if (n < 0) return undefined;
  return {
    low,
    high,
    above: doubles[RESULT / 8]!,
    weights: doubles.subarray(workAt / 8, workAt / 8 + n),
    ids: ints.subarray(placesAt / 4, placesAt / 4 + n),
  };
}

function isIn({ above, weights }: Band, limit: number): boolean {
  let sum = above;
  for (let i = 0; i < weights.length; i++) sum += weights[i]!;
  return above < limit && sum >= limit;
}

/** The same band, smaller: its weights are moved together in place. */
function narrowed(given: Band, limit: number): Band {
  let { low, high, above, weights, ids } = given;
  // Where most are equal they stay as many.
  for (let half = 0; half < 8 && weights.length > FEW; half++) {
    const middle = (low + high) / 2;
    const least = Math.exp(middle);
    let mass = 0;
    let n = 0;
    for (let i = 0; i < weights.length; i++) if (weights[i]! >= least) mass += weights[i]!;
    const upper = above + mass >= limit;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i]! >= least !== upper) continue;
      weights[n] = weights[i]!;
      ids[n++] = ids[i]!;
    }
    if (upper) low = middle;
    else {
      high = middle;
      above += mass;
    }
    weights = weights.subarray(0, n);
    ids = ids.subarray(0, n);
  }
  return { low, high, above, weights, ids };
}

/** Sorts what is left. */
function reachedIn(band: Band, row: WeighedRow, limit: number, andNext: boolean): Reached | undefined {
  const { scores, scale, peak, total } = row;
  const sorted = Float64Array.from(band.ids, (id) => scores[id]!).sort();
  const logit = (rank: number): number => sorted[sorted.length - 1 - rank]! * scale - peak;
  const doubt = DOUBT * total;
  let sum = band.above;
  let before = 0;
  for (; sum < limit; before++) {
    if (limit - sum < doubt || before === sorted.length) return undefined;
    sum += Math.exp(logit(before));
  }
  const kept = andNext ? before : before - 1;
  // Weights next to a threshold may lie on the wrong side of it.
  const last = Math.max(0, kept - 1);
  const apart = logit(last) < band.high - LOG_DOUBT && logit(before - 1) > band.low + LOG_DOUBT;
  if (sum - limit < doubt || !apart || (kept === 0 && band.above === 0)) return undefined;
  // Where none of these is kept, all above them are.
  if (kept === 0) return { score: (logit(0) + band.high + 2 * peak) / (2 * scale), ids: [], few: 0 };
  const score = sorted[sorted.length - kept]!;
  const above = sorted.length - 1 - sorted.lastIndexOf(score);
  return { score, ids: [...band.ids].filter((id) => scores[id] === score), few: kept - above };
}
