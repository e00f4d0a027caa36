import { ascending, type Pair, within } from "./pair.js";
import { type Batch, type Params, shuffled } from "../core/index.js";
import { type ConformalRisk, lossOf, monotone, truthsOf } from "./risk.js";
import { riskPValue } from "./riskBound.js";
import { scorer, type Scoring } from "./scored.js";
import { everything, type Threshold, toJsonNumber } from "./threshold.js";

interface Setting {
  scoring: Scoring;
  risk: ConformalRisk;
  riskParams: Params;
  alpha: number;
  delta: number;
  truths?: ArrayLike<number>;
}

/** What each candidate threshold costs, added over some rows. */
interface Costs {
  loss: Float64Array;
  size: Float64Array;
}

const candidates = 200;

/**
 * Learn then test, with split fixed-sequence testing: half of the rows propose thresholds (quantiles of the scores of true classes) and put them in order, safest
 * first; the other half tests them in that order, each at level δ, until one fails. Of those that passed, the one with the smallest sets is taken.
 *
 * Angelopoulos, Bates, Candès, Jordan & Lei, Ann. Appl. Stat. 2025, §2.
 */
export function learnThenTest(
  batch: Batch,
  setting: Setting,
): { threshold: Threshold; met: boolean; warnings: string[] } {
  const { risk, alpha, delta, scoring } = setting;
  const order = shuffled(batch.rows, scoring.seed, "folds");
  const learned = order.slice(0, Math.floor(batch.rows / 2));
  const tested = order.slice(learned.length);
  const grid = proposed(batch, setting, learned);
  const guess = costsOf(batch, setting, learned, grid);
  const test = costsOf(batch, setting, tested, grid);
  const sequence = Array.from(grid.keys()).sort(
    (a, b) => guess.loss[a]! - guess.loss[b]! || guess.size[b]! - guess.size[a]!,
  );
  const passed: number[] = [];
  for (const at of sequence) {
    if (riskPValue(test.loss[at]!, tested.length, alpha, risk.binary) > delta) break;
    passed.push(at);
  }
  passed.sort((a, b) => guess.size[a]! - guess.size[b]! || guess.loss[a]! - guess.loss[b]!);
  const best = grid[passed[0] ?? -1];
  if (best) {
    const [score, fine] = [toJsonNumber(best.score), toJsonNumber(best.fine)];
    return { threshold: { score, fine, rows: tested.length, rank: passed.length }, met: true, warnings: [] };
  }
  const lowest = sequence.length > 0 ? (test.loss[sequence[0]!]! / tested.length).toFixed(4) : "none";
  const promise = `${risk.name} at most ${alpha} with confidence ${1 - delta}`;
  return {
    threshold: everything(tested.length),
    met: monotone(risk),
    warnings: [
      monotone(risk)
        ? `No finite threshold keeps ${promise} on ${tested.length} rows: every set holds every class.`
        : `No threshold keeps ${promise}: on ${tested.length} rows the safest has ${lowest}. Nothing is promised.`,
    ],
  };
}

/** Quantiles of the scores of true classes. */
function proposed(batch: Batch, { scoring, truths }: Setting, rows: ArrayLike<number>): Pair[] {
  const each = scorer(batch, scoring, "fit");
  const trueClasses = truthsOf(batch, truths);
  const { values, classes } = each.batch;
  const found: Pair[] = [];
  for (let i = 0; i < rows.length; i++) {
    each.enter(rows[i]!);
    for (const k of trueClasses(rows[i]!)) {
      const value = values[rows[i]! * classes + k]!;
      const score = each.scoreOf(value);
      if (score < Infinity) found.push({ score, fine: each.fineOf(value) });
    }
  }
  found.sort(ascending);
  const grid: Pair[] = [];
  for (let i = 0; i < candidates; i++) {
    const one = found[Math.ceil(((i + 1) / candidates) * found.length) - 1];
    if (one && (one.score !== grid.at(-1)?.score || one.fine !== grid.at(-1)?.fine)) grid.push(one);
  }
  return grid;
}

function costsOf(
  batch: Batch,
  { scoring, risk, riskParams, truths }: Setting,
  rows: ArrayLike<number>,
  grid: readonly Pair[],
): Costs {
  const each = scorer(batch, scoring, "fit");
  const trueClasses = truthsOf(batch, truths);
  const { values, classes } = each.batch;
  const costs: Costs = { loss: new Float64Array(grid.length), size: new Float64Array(grid.length) };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    each.enter(row);
    const all = Array.from({ length: classes }, (_, k) => {
      const value = values[row * classes + k]!;
      return { k, score: each.scoreOf(value), fine: each.fineOf(value) };
    }).sort(ascending);
    const truth = new Set(trueClasses(row));
    const trues = all.filter(({ k }) => truth.has(k)).map(({ k }) => k);
    const drops = risk.drops(trues, riskParams);
    let [size, held] = [0, 0];
    for (const [at, limit] of grid.entries()) {
      for (; size < classes && within(all[size]!, limit); size++) if (truth.has(all[size]!.k)) held++;
      costs.loss[at]! += lossOf(risk, drops, held, size, riskParams);
      costs.size[at]! += size;
    }
  }
  return costs;
}
