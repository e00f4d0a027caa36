// Thresholds of prediction sets from a million rows, and the sets of as many.
import { batch } from "../data.mjs";
import { conform } from "./library.mjs";

const rows = 1_000_000;
const classes = 10;

export default async function* sets() {
  const { x, y, values, labels } = batch(rows, classes, 2);
  const table = { kind: "logits", values, labels, rows, classes };
  const size = `${rows.toLocaleString("en")} × ${classes}`;
  for (const score of ["lac", "aps", "raps"]) {
    const fit = (randomise) => () =>
      conform.fitConformal(table, { score, randomise }).document.params.thresholds[0].score;
    const common = { name: `conformal fit, ${score}`, size, rounds: 3, args: { x, y, score } };
    yield { ...common, ours: fit(true), peer: "TorchCP", job: "torchcp_fit", goal: 0.2 };
    // MAPIE has no RAPS from rows that are all calibration: it keeps some to choose λ.
    if (score !== "raps")
      yield {
        ...common,
        name: `${common.name}, not randomised`,
        ours: fit(false),
        peer: "MAPIE",
        job: "mapie_fit",
        goal: 0.2,
        tolerance: 1e-5,
      };
    yield { name: `conformal fit, ${score}`, size, rounds: 3, ours: fit(true), limit: 1000 };
    yield { forget: true };
  }
  const few = {
    ...table,
    rows: 100_000,
    values: values.subarray(0, 100_000 * classes),
    labels: labels.subarray(0, 100_000),
  };
  const { document } = conform.fitConformal(few, { score: "aps" });
  const ours = () => conform.predictSets(few, document).sizes[0];
  const common = {
    name: "sets, aps",
    size: `100,000 × ${classes}`,
    rounds: 3,
    ours,
    args: { x, y, score: "aps", rows: 100_000 },
  };
  yield { ...common, peer: "TorchCP", job: "torchcp_sets" };
  yield { ...common, peer: "MAPIE", job: "mapie_sets" };
  yield { forget: true };
}
