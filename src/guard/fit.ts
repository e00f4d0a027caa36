import {
  type Batch,
  fittedOn,
  LogitsError,
  type Params,
  predictions,
  type Replicates,
  shuffled,
  takeRows,
} from "../core/index.js";
import { countOf, firstRows, listed, numbersOf, ownGroups, rankRows, referenceOf, scaleOf, sorter } from "./benign.js";
import { choose } from "./choose.js";
import { checkReplicates } from "./copies.js";
import { say, smallest } from "./fitNotes.js";
import type { Guard, GuardParams, GuardRows } from "./method.js";
import { measured, place, type Ready, standings } from "./ranks.js";

export interface GuardOptions {
  /** Names of the classes; default 0, 1, 2 … */
  classes?: readonly string[];
  /** Ranked among benign rows of the same predicted class, or among all; default "predicted". */
  by?: "predicted" | "none";
  /** How p-values become one; default "fisher". */
  method?: "fisher" | "bonferroni";
  /** Names of detectors; default all that the rows allow. */
  detectors?: readonly string[];
  /** Of detectors, by name. */
  params?: Record<string, Params>;
  /** Several rows of scores for each item. */
  replicates?: Replicates;
  /** False where a row is itself the mean of its replicates, so that none has moved from it; default true. */
  atRest?: boolean;
  /** A class is ranked in by itself where about so many of its rows are there for it, ≥ 1; default 100, with which p ≤ 0.01 can be reached. */
  minRows?: number;
  /** At most so many rows are kept of a group, ≥ 1; default 2000. Which ones is drawn, so what is promised stays exact. */
  keep?: number;
  /** Of the division of the rows, default 0. */
  seed?: number;
}

/** A guard, and what there is to say about it. */
export interface FittedGuard {
  guard: Guard;
  notes: string[];
}

/** Shares of the benign rows for learning means and covariances, for ranking, and for ranking the combined statistic again. */
const division = { fisher: [0.2, 0.4], bonferroni: [0.2, 0.6] } as const;
const fewest = 20;

/**
 * Learns from benign rows what is usual: p-values of new rows are ranks among them, so a benign row has p ≤ α with probability at most α, whatever its scores
 * are like. Labels are not used. Where some classes have too few rows to be ranked in and others have not, that is `mostFound`, a little more than α; a note says so.
 *
 * The rows are divided by seed: a fifth for means and covariances, two fifths to rank each detector in, two fifths in which the combined statistic
 * (−2 Σ ln p, Fisher) is ranked again, because the p-values of one row depend on each other. "bonferroni" takes the smallest p times their number instead.
 *
 * @param batch rows × classes. Of probabilities, detectors that need a row's own zero are left out.
 * @throws "bad-data" with fewer than 20 rows; "not-finite", "bad-argument", "mismatch".
 *
 * Vovk, Gammerman & Shafer 2022, §2.2 and §4.6 (conformal p-values given a category); Fisher 1932.
 *
 * @example
 *     const { guard } = fitGuard(benign, { classes: ["normal", "dos"] });
 *     scorer(guard)(batch)[0].p
 */
export function fitGuard(batch: Batch, options: GuardOptions = {}): FittedGuard {
  const { by = "predicted", method = "fisher", minRows = 100, keep = 2000, seed = 0, replicates } = options;
  const classes = options.classes ?? Array.from({ length: batch.classes }, (_, k) => String(k));
  check(batch, classes, options);
  const scores = predictions(batch);
  if (replicates) checkReplicates(replicates, batch.rows, batch.classes);
  const notes: string[] = [];
  const chosen = choose(batch, options, notes);

  const order = shuffled(batch.rows, seed, "folds");
  const cuts = division[method].map((share) => Math.ceil(share * batch.rows));
  const toLearn = order.subarray(0, cuts[0]);
  const toRank = order.subarray(cuts[0]!, cuts[0]! + cuts[1]!);
  const toRankAgain = order.subarray(cuts[0]! + cuts[1]!);
  const wins = (rows: Uint32Array): number[] => countOf(scores.predicted, batch.classes, rows);
  // As many as let one expect `minRows` of them among those to be ranked in.
  const enough = Math.ceil((minRows * toLearn.length) / toRank.length);
  const groups = by === "predicted" ? ownGroups(wins(toLearn), [wins(toRank), wins(toRankAgain)], enough) : [];
  const [forLearning, forRanks, forAgain] = [
    toLearn,
    firstRows(toRank, scores, groups, keep),
    firstRows(toRankAgain, scores, groups, keep),
  ].map((some) => part({ scores, ...(replicates && { replicates }) }, some)) as [GuardRows, GuardRows, GuardRows];

  const learned: GuardParams["detectors"] = chosen.map(({ detector, params }) => ({
    name: detector.name,
    params,
    ...(detector.learn && { learned: detector.learn(forLearning, params) }),
  }));
  const ready: Ready[] = chosen.map(({ detector, params }, d) => ({
    detector,
    values: detector.measure(params, learned[d]!.learned, batch.classes),
  }));
  const scale = scaleOf(rankRows(measured(ready, forLearning), sorter(forLearning.scores, groups)));
  const values = measured(ready, forRanks);
  const sorted = rankRows(values, sorter(forRanks.scores, groups, keep));
  const later = place(method, ready, sorted, scale, forAgain);
  const ranks = listed(ready, sorted);
  const again: GuardParams["again"] = {};
  if (method === "fisher")
    for (const [group, score] of sorter(forAgain.scores, groups, keep)(later.score)) again[group] = numbersOf(score);
  const predicted = wins(order);
  const combined = ready.filter(({ detector }) => detector.combined).length;
  say(notes, { by, method, classes, predicted, groups, minRows, ranks, again, combined });
  const guard: Guard = {
    kind: "guard",
    version: 1,
    method,
    params: {
      by,
      kind: batch.kind === "logits" ? "logits" : "probs",
      detectors: learned,
      ranks,
      again,
      scale: listed(ready, scale),
      reference: referenceOf(
        ready,
        [
          standings(values, scale, forRanks.scores, Math.min(keep, forRanks.scores.rows)),
          later.standing.map((own) => own.subarray(0, keep)),
        ],
        later.score.subarray(0, keep),
      ),
      predicted,
    },
    classes: [...classes],
    fittedOn: fittedOn(batch),
    metrics: {
      smallestP: smallest({ method, ranks, again, combined }),
    },
  };
  return { guard, notes };
}

function check(batch: Batch, classes: readonly string[], options: GuardOptions): void {
  const { by = "predicted", method = "fisher", minRows = 100, keep = 2000 } = options;
  const refuse = (code: "bad-argument" | "bad-data" | "mismatch", what: string): never => {
    throw new LogitsError(code, `Cannot fit a guard: ${what}`);
  };
  if (classes.length !== batch.classes)
    refuse("mismatch", `there must be one name a class (${batch.classes}), got ${classes.length}`);
  if (batch.classes < 2) refuse("bad-data", `there must be at least 2 classes, got ${batch.classes}`);
  if (!(batch.rows >= fewest)) refuse("bad-data", `there must be at least ${fewest} benign rows, got ${batch.rows}`);
  if (by !== "predicted" && by !== "none") refuse("bad-argument", `by must be one of predicted, none, got ${by}`);
  if (method !== "fisher" && method !== "bonferroni")
    refuse("bad-argument", `method must be one of fisher, bonferroni, got ${method}`);
  for (const [name, value] of Object.entries({ minRows, keep }))
    if (!(Number.isInteger(value) && value >= 1))
      refuse("bad-argument", `${name} must be an integer ≥ 1, got ${value}`);
}

function part({ scores, replicates }: GuardRows, rows: Uint32Array): GuardRows {
  const { classes } = scores;
  const some: GuardRows = { scores: predictions(takeRows(scores.batch, rows)) };
  if (replicates) {
    const size = replicates.replicates * classes;
    const values = new Float64Array(rows.length * size);
    rows.forEach((row, i) => values.set(replicates.values.subarray(row * size, (row + 1) * size), i * size));
    some.replicates = { ...replicates, values, rows: rows.length };
  }
  return some;
}
