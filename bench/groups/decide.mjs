// Decisions about single rows, and thresholds found on many.
import { binary } from "../data.mjs";
import { decide } from "./library.mjs";

const MANY = 1_000_000;

export default async function* decisions() {
  if (!decide.decider) {
    yield { name: "decide one row", size: "", missing: "not built" };
    return;
  }
  for (const classes of [5, 10, 100, 1000]) {
    for (const method of ["threshold", "selective"]) {
      yield {
        name: `decide one row, ${method}, reason and all`,
        size: `${classes.toLocaleString("en")} classes`,
        ours: oneRow(method, classes),
        // 2 µs and 2 ns a class.
        limit: 0.002 + 0.000002 * classes,
        rounds: 9,
      };
    }
  }

  const { x, y, values, labels } = binary(MANY);
  const scores = Float64Array.from(values);
  const truth = Uint8Array.from(labels);
  const size = MANY.toLocaleString("en");
  const args = { scores: x, labels: y };
  const ranked = () => decide.rankedPieces(scores, truth, decide.dealt(MANY, 0));
  const found = (wish) => () => decide.solve(ranked(), wish).high;
  const common = { size, args, rounds: 3, limit: 1000 };
  yield {
    ...common,
    name: "find the largest F1",
    ours: found({ beta: 1 }),
    peer: "scikit-learn TunedThreshold",
    job: "sklearn_tuned_f1",
    goal: 0.2,
  };
  yield {
    ...common,
    name: "find a false-positive rate ≤ 1 %",
    ours: found({ maxFpr: 0.01 }),
    peer: "scikit-learn TunedThreshold",
    job: "sklearn_tuned_fpr",
    goal: 0.2,
  };
  yield {
    ...common,
    name: "find a precision ≥ 70 %",
    ours: found({ minPrecision: 0.7 }),
    peer: "scikit-learn TunedThreshold",
    job: "sklearn_tuned_precision",
    goal: 0.2,
  };
  // One sort, and no promise: there to be seen.
  yield {
    ...common,
    name: "find a false-positive rate ≤ 1 %",
    ours: found({ maxFpr: 0.01 }),
    peer: "scikit-learn roc_curve",
    job: "sklearn_roc_threshold",
  };
}

/** One row after another of 64, as they come from a server: each in arrays of its own. */
function oneRow(method, classes) {
  const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
  const params =
    method === "threshold"
      ? { positive: names.slice(1), threshold: 2, above: "block", below: "pass" }
      : { threshold: 1, accept: "accept", abstain: "ask" };
  const run = decide.decider({ kind: "policy", version: 1, method, params, classes: names });
  const rows = Array.from({ length: 64 }, (_, row) => ({
    kind: "logits",
    values: Float64Array.from({ length: classes }, (__, k) => 6 * Math.sin((row * classes + k) * 12.9898)),
    rows: 1,
    classes,
  }));
  return (i) => run(rows[i & 63])[0].p;
}
