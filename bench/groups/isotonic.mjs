// One class against the rest, a million rows.
import { binary } from "../data.mjs";
import { stats } from "./library.mjs";

const rows = 1_000_000;

export default async function* isotonic() {
  const { x, y, values, labels } = binary(rows);
  const ours = () => stats.isotonicKnots(values, labels, 1).y.at(-1);
  const common = { name: "isotonic fit", size: rows.toLocaleString("en"), ours, args: { scores: x, labels: y } };
  yield { ...common, peer: "scikit-learn", job: "sklearn_isotonic", goal: 0.15, tolerance: 1e-9 };
  yield { ...common, peer: "SciPy", job: "scipy_isotonic", goal: 0.3, tolerance: 1e-9 };
  yield { forget: true };
}
