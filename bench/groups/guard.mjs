// What is usual among benign rows, how unusual others are, and an alarm over a stream of them.
import { batch } from "../data.mjs";
import { guard } from "./library.mjs";

const many = 100_000;

export default async function* guards() {
  const { x, values } = batch(many, 10, 1.7);
  const table = { kind: "logits", values, rows: many, classes: 10 };
  const size = `${many.toLocaleString("en")} × 10`;
  // One detector, as NumPy and scikit-learn do it: means and a shrunk covariance of a fifth of the rows, ranks in three fifths.
  const one = { detectors: ["mahalanobis"], method: "bonferroni", keep: many };
  const fitOne = () => guard.fitGuard(table, one).guard;
  // Means come from other rows than theirs.
  const common = { rounds: 3, size, peer: "scikit-learn OAS, NumPy ranks", args: { x }, tolerance: 0.05 };
  yield {
    ...common,
    name: "guard fit, Mahalanobis distance by predicted class",
    ours: () => middle(fitOne().params.ranks.pooled.mahalanobis),
    job: "sklearn_guard_fit",
  };
  const scoreOne = guard.scorer(fitOne());
  yield {
    ...common,
    name: "guard score, the same",
    ours: () => scoreOne(table).reduce((sum, { p }) => sum + p, 0) / many,
    job: "sklearn_guard_score",
  };
  yield { forget: true };

  const { guard: whole } = guard.fitGuard(table);
  const some = { ...table, rows: 10_000, values: values.subarray(0, 100_000) };
  const score = guard.scorer(whole);
  yield { name: "guard fit, all detectors", size, rounds: 3, ours: () => guard.fitGuard(table).guard.classes.length };
  yield { name: "guard score, all detectors", size: "10,000 × 10", rounds: 3, ours: () => score(some).length };

  const wide = batch(4000, 1000, 1.7);
  const broad = { kind: "logits", values: wide.values, rows: 4000, classes: 1000 };
  const ofMany = () => guard.fitGuard(broad).guard;
  const fitted = ofMany();
  const scoreBroad = guard.scorer(fitted);
  const few = { ...broad, rows: 500, values: wide.values.subarray(0, 500_000) };
  yield { name: "guard fit, all detectors", size: "4,000 × 1,000", rounds: 1, ours: () => ofMany().classes.length };
  yield { name: "guard score, all detectors", size: "500 × 1,000", rounds: 3, ours: () => scoreBroad(few).length };
  yield {
    name: "the guard's document",
    size: "1,000 classes",
    unit: "MiB",
    oursValue: () => JSON.stringify(fitted).length / 2 ** 20,
  };

  const read = score(some);
  let watch;
  yield {
    name: "alarm, one row of eight statistics",
    size: "",
    rounds: 3,
    ours: (i) => {
      // Before a block ends, so that it has not been forgotten.
      if (i % 5000 === 0) watch = guard.watchRows(whole);
      return watch.add([read[i % 5000]]).rows;
    },
  };
}

const middle = (sorted) => sorted[sorted.length >> 1];
