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
    const ours = () => conform.fitConformal(table, { score }).document.params.thresholds[0].score;
    const common = { name: `conformal fit, ${score}`, size, rounds: 3, ours, args: { x, y, score } };
    // Their random numbers are others, so that thresholds of adaptive scores agree to some digits only.
    const same = { goal: 0.2, tolerance: score === "lac" ? 1e-5 : 2e-3 };
    yield { ...common, ...same, peer: "TorchCP", job: "torchcp_fit" };
    // MAPIE's RAPS keeps some of the rows to choose λ: another job.
    if (score !== "raps") yield { ...common, ...same, peer: "MAPIE", job: "mapie_fit" };
    yield { name: common.name, size, rounds: 3, ours, limit: 1000 };
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
