import { type Arena, RESULT } from "./arena.js";
import { BLOCK } from "./drawReference.js";

/** Of many blocks one of so many is looked at to find out about where; of few more, so that there are enough. */
const STEP = 16;
const ENOUGH = 32;
/** Sums of weights are right to this share of the whole: what comes nearer to the limit is not decided here. */
const DOUBT = 1e-9;
/** The logarithm of a weight is right to this. */
const LOG_DOUBT = 1e-8;
/** Weights that may be looked at one by one; of a short row an eighth. */
const MOST = 4096;
/** The logarithm of a weight than which all smaller ones together are too small to matter. */
const LOWEST = -64;
/** To how many logits a threshold is found: in a sample at first, and then. */
const ROUGHLY = 0.02;
const NEARLY = 0.002;
/** Logits to either side of a threshold in which weights are counted, and in which at most they are looked at. */
const AROUND = 0.05;
const WIDEST = 0.25;
/** How often a threshold is guessed before it is searched for. */
const GUESSES = 3;
/** More weights than these are halved before they are sorted. */
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

const mostOf = (blocks: number): number => Math.min(MOST, (blocks * BLOCK) / 8);
const stepOf = (blocks: number): number => Math.max(1, Math.min(STEP, Math.floor(blocks / ENOUGH)));
/** Bytes of a band, up to the end of a block. */
const bandSize = (blocks: number): number => 12 * (mostOf(blocks) + BLOCK);
const sampleSize = (blocks: number): number => 8 * BLOCK * Math.ceil(blocks / stepOf(blocks));

export const workFor = (blocks: number): number => 2 * bandSize(blocks) + sampleSize(blocks);

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
  return band && reachedIn(narrowed(row, band, limit), row, limit, andNext);
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

/** Weights in an arena. */
interface Weights {
  at: number;
  blocks: number;
}

/** Weights between two thresholds, whose logarithms these are, their places, which rise, and Σ of those above. */
interface Band extends Weights {
  low: number;
  high: number;
  above: number;
  places: Int32Array;
}

function massBy({ kernels }: Arena, { at, blocks }: Weights): MassFrom {
  return (logit) => kernels.massFrom(at, blocks, Math.exp(logit));
}

/** Few weights among which the limit is reached. */
function bandOf(row: WeighedRow, limit: number): Band | undefined {
  const { arena, blocks, weightsAt: at, total } = row;
  const all = massBy(arena, { at, blocks });
  const step = stepOf(blocks);
  const sample = massBy(arena, sampleOf(row, step));
  let known = thresholdOf(sample, (limit / total) * sample(LOWEST), LOWEST, 0, ROUGHLY);
  let mass = all(known);
  for (let guess = 0; guess < GUESSES; guess++) {
    // A sample knows little of the largest weights but much of the others: as far from where all are known as it says.
    const wanted = sample(known) + (limit - mass) / step;
    const reach = 2 * 8 ** guess;
    const near = thresholdOf(sample, wanted, known - reach, known + reach, NEARLY);
    const count = ((sample(near - AROUND) - sample(near + AROUND)) * step) / Math.exp(near);
    const margin = Math.max(NEARLY, Math.min(WIDEST, (AROUND * mostOf(blocks)) / (3 * count)));
    const band = partAt(row, { at, blocks }, row.workAt, near - margin, near + margin);
    if (!band) break;
    if (isIn(row, band, limit)) return band;
    [known, mass] = [band.high, band.above];
  }
  const near = thresholdOf(all, limit, LOWEST, 0, NEARLY);
  const band = partAt(row, { at, blocks }, row.workAt, near - NEARLY, near + 2 * NEARLY);
  return band && isIn(row, band, limit) ? band : undefined;
}

/** Each `step`-th block, side by side. */
function sampleOf({ arena, blocks, weightsAt, workAt }: WeighedRow, step: number): Weights {
  if (step === 1) return { at: weightsAt, blocks };
  const at = workAt + 2 * bandSize(blocks);
  const [from, to] = [weightsAt / 8, at / 8];
  let count = 0;
  for (let block = 0; block < blocks; block += step, count++) {
    const start = from + block * BLOCK;
    arena.doubles.copyWithin(to + count * BLOCK, start, start + BLOCK);
  }
  return { at, blocks: count };
}

/** Undefined where too many weights lie there. */
function partAt(
  { arena, blocks }: WeighedRow,
  weights: Weights,
  at: number,
  low: number,
  high: number,
): Band | undefined {
  const { kernels, doubles, ints } = arena;
  const most = mostOf(blocks);
  const placesAt = at + 8 * (most + BLOCK);
  const n = kernels.part(weights.at, weights.blocks, Math.exp(low), Math.exp(high), placesAt, at, most, RESULT);
  if (n < 0) return undefined;
  const used = Math.ceil(n / BLOCK);
  // Up to the end of a block nothing is to be added.
  doubles.fill(0, at / 8 + n, at / 8 + used * BLOCK);
  const places = ints.subarray(placesAt / 4, placesAt / 4 + n);
  return { at, blocks: used, low, high, above: doubles[RESULT / 8]!, places };
}

function isIn({ arena }: WeighedRow, band: Band, limit: number): boolean {
  return band.above < limit && band.above + massBy(arena, band)(band.low) >= limit;
}

/** A band with fewer of the weights; where most are equal they stay as many. */
function narrowed(row: WeighedRow, band: Band, limit: number): Band {
  const massFrom = massBy(row.arena, band);
  let { low, high } = band;
  for (let left = band.places.length; left > FEW; left /= 2) {
    const middle = (low + high) / 2;
    if (band.above + massFrom(middle) < limit) high = middle;
    else low = middle;
  }
  const inner = partAt(row, band, row.workAt + bandSize(row.blocks), low, high)!;
  for (let i = 0; i < inner.places.length; i++) inner.places[i] = band.places[inner.places[i]!]!;
  return { ...inner, above: band.above + inner.above };
}

/** Sorts what is left. */
function reachedIn(band: Band, row: WeighedRow, limit: number, andNext: boolean): Reached | undefined {
  const { scores, scale, peak, total } = row;
  const sorted = sortedScores(scores, band.places);
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
  return { score, ids: [...band.places].filter((id) => scores[id] === score), few: kept - above };
}

function sortedScores(scores: Float32Array | Float64Array, ids: Int32Array): Float64Array {
  const sorted = new Float64Array(ids.length);
  for (let i = 0; i < ids.length; i++) sorted[i] = scores[ids[i]!]!;
  return sorted.sort();
}
