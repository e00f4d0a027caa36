// Learning one temperature.
import { batch } from "../data.mjs";
import { shapes, sizeOf } from "./batches.mjs";
import { calibrate, kernels } from "./library.mjs";

export default async function* fit(peers) {
  for (const [rows, classes, sharp] of shapes) {
    const { x, y, values, labels } = batch(rows, classes, sharp);
    const inside = kernels.alloc(rows, classes);
    inside.set(values);
    const table = { kind: "logits", values: inside, labels, rows, classes };
    const reference = peers.has("numpy") ? await peers.once("reference_temperature", { x, y }) : undefined;
    const common = {
      name: "temperature fit",
      size: sizeOf(rows, classes),
      ours: () => calibrate.temperature.fit(table, {}).params.temperature,
      args: { x, y },
      rounds: 3,
      // How far ours is from the f64 minimum; how far the peers are is theirs to say.
      reference,
      referenceTolerance: 1e-6,
    };
    yield { ...common, peer: "PyTorch L-BFGS", job: "torch_lbfgs", goal: 0.05 };
    yield { ...common, peer: "scikit-learn", job: "sklearn_temperature", goal: 0.03 };
    yield { forget: true };
  }
}
