import { type Batch, labelPlaces, type Places, takeRows } from "../core/index.js";
import { kthSmallest } from "../stats/kthSmallest.js";
import { conformalRank } from "./rank.js";
import { runsOfDraws } from "./rowDraws.js";
import { labelScores, type Scoring } from "./scored.js";
import { orderStatistic, type Threshold } from "./threshold.js";

/** Fewer rows than this are not worth it. */
const fewRows = 5000;
/** Rows whose places are in memory at a time. */
const rowsAtATime = 2048;
/** No score from probabilities of f32 is further from its own than this: their relative error is 1e-5 at most, and what underflows is less than that. */
export const error = 2e-5;
/** Rows that say between which scores the threshold lies. */
const sampled = 1024;
/** Four standard deviations of how many of a sample lie below its middle. */
const slack = 64;

/** A threshold, and of how many rows the label is masked. */
export interface QuickThreshold {
  threshold: Threshold;
  masked: number;
}

/**
 * The threshold of all rows, from scores that are not exact: those that are far enough from the k-th are on the right side of it, and only the few around it are
 * scored exactly. So it is the exact order statistic, to the last bit. Undefined where that is not quicker, and where a row cannot be used, which the exact way will
 * name.
 */
export function quickThreshold(batch: Batch, scoring: Scoring, alpha: number): QuickThreshold | undefined {
  const { rows, kind } = batch;
  const rank = conformalRank(rows, alpha);
  if (kind === "probs" || !scoring.score.quick || rows < fewRows || rank > rows) return undefined;
  const [low, high] = bracket(batch, scoring, rank / rows);
  const near =
    found(nearScores(batch, scoring, low, high, rows >> 2), rank) ??
    found(nearScores(batch, scoring, -Infinity, Infinity, rows), rank);
  if (!near) return undefined;
  const { about, below, scores, of, masked } = near;
  let under = below;
  const around: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    if (scores[i]! < about - 2 * error) under++;
    else if (scores[i]! <= about + 2 * error) around.push(of[i]!);
  }
  if (around.length > rows / 2) return undefined;
  const exact = labelScores(batch, scoring, "fit", around);
  return { threshold: { ...orderStatistic(exact, undefined, rank - under), rows, rank }, masked };
}

/** Two scores between which that share of the rows ends, unless rows in between them differ from the others. */
function bracket(batch: Batch, scoring: Scoring, share: number): [number, number] {
  const every = Uint32Array.from({ length: sampled }, (_, i) => Math.floor((i * batch.rows) / sampled));
  const scores = nearScores(takeRows(batch, every), scoring, -Infinity, Infinity, sampled)?.scores.sort();
  return [
    scores?.[Math.floor(share * sampled - slack)] ?? -Infinity,
    scores?.[Math.ceil(share * sampled + slack)] ?? Infinity,
  ];
}

interface NearScores {
  low: number;
  high: number;
  /** How many rows' scores are below `low`. */
  below: number;
  /** Those from `low` to `high`, and whose they are. */
  scores: Float64Array;
  of: Int32Array;
  masked: number;
}

/** The scores that are not far from a bracket; undefined where there is no `room` for them, or a row has none. */
function nearScores(
  batch: Batch,
  { score, params, randomise, seed }: Scoring,
  from: number,
  to: number,
  room: number,
): NearScores | undefined {
  const { rows, classes, values, labels } = batch;
  const [low, high] = [from - 4 * error, to + 4 * error];
  const [scores, of] = [new Float64Array(room), new Int32Array(room)];
  const most = Math.min(rows, rowsAtATime);
  const places = placesOf(most);
  const own = new Float64Array(most);
  const draws = randomise && score.randomised ? runsOfDraws(batch, seed, "fit", most) : undefined;
  const ones = new Float64Array(most).fill(1);
  let [below, kept, masked] = [0, 0, 0];
  for (let start = 0; start < rows; start += most) {
    const count = Math.min(most, rows - start);
    const some = values.subarray(start * classes, (start + count) * classes);
    labelPlaces(some, labels!.subarray(start, start + count), count, classes, places);
    score.quick!(places, draws?.(start, count) ?? ones, count, params, own);
    for (let i = 0; i < count; i++) {
      let score = own[i]!;
      // Of a masked class the probability is 0, but not only of one.
      if (places.share[i] === 0 && some[i * classes + labels![start + i]!] === -Infinity) {
        score = Infinity;
        masked++;
      }
      if (score < low) below++;
      else if (!(score > high)) {
        if (score !== score || kept === room) return undefined;
        scores[kept] = score;
        of[kept++] = start + i;
      }
    }
  }
  return { low, high, below, scores: scores.subarray(0, kept), of: of.subarray(0, kept), masked };
}

/** With the score of that rank, where it is among them and so far from their ends that all around it are too. */
function found(near: NearScores | undefined, rank: number): (NearScores & { about: number }) | undefined {
  if (!near || rank <= near.below || rank > near.below + near.scores.length) return undefined;
  const about = kthSmallest(near.scores, rank - near.below);
  const inside = about - 2 * error >= near.low && about + 2 * error <= near.high;
  return inside && Number.isFinite(about) ? { ...near, about } : undefined;
}

/** Room for the places of so many rows' labels. */
export function placesOf(rows: number): Places {
  return {
    share: new Float32Array(rows),
    above: new Float32Array(rows),
    largest: new Float32Array(rows),
    rank: new Int32Array(rows),
  };
}
