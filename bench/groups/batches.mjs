// Whole tables of rows, from the shapes of a small classifier to ImageNet's.
import { batch } from "../data.mjs";
import { core, kernels, measure } from "./library.mjs";

/** Rows × classes, and the temperature at which each model is calibrated. */
export const shapes = [
  [1_000_000, 10, 1.7],
  [100_000, 100, 2.3],
  [50_000, 1000, 1.4],
];

export const sizeOf = (rows, classes) => `${rows.toLocaleString("en")} × ${classes.toLocaleString("en")}`;

export default async function* batches() {
  for (const [rows, classes, sharp] of shapes) {
    const { x, y, values, labels } = batch(rows, classes, sharp);
    const size = sizeOf(rows, classes);
    const wide = classes >= 100;

    // Rows and result in one piece of kernel memory, as `alloc` gives it: nothing is copied.
    const own = kernels.alloc(2 * rows, classes);
    own.set(values);
    const [inside, outside] = [own.subarray(0, values.length), own.subarray(values.length)];
    const softmax = (from, out) => () => {
      kernels.softmaxRows(from, rows, classes, out);
      return out[0];
    };
    const same = { size, args: { x }, tolerance: 1e-5 };
    yield {
      ...same,
      name: "softmax into given memory",
      ours: softmax(inside, outside),
      peer: "PyTorch out=",
      job: "torch_softmax_rows_out",
      goal: wide ? 1.3 : 0.25,
    };
    yield {
      ...same,
      name: "softmax into given memory",
      ours: softmax(inside, outside),
      peer: "PyTorch, new result",
      job: "torch_softmax_rows",
      goal: wide ? 0.4 : 0.25,
    };
    yield {
      ...same,
      name: "the same between ordinary arrays, copied both ways",
      ours: softmax(values, new Float32Array(values.length)),
      peer: "PyTorch out=",
      job: "torch_softmax_rows_out",
    };
    yield {
      name: "NLL with gradient and curvature in T",
      size,
      ours: () => kernels.nllSums(inside, labels, rows, classes, 1 / 1.5).nll / rows,
      peer: "PyTorch, NLL alone",
      job: "torch_nll",
      args: { x, y },
      goal: wide ? 0.5 : 0.15,
      tolerance: 1e-4,
    };
    const table = { kind: "logits", values: inside, labels, rows, classes };
    const params = { bins: 15, edges: "(lo, hi]" };
    yield {
      name: "ECE from logits",
      size,
      ours: () => {
        const state = measure.ece.init(params, { classes });
        measure.ece.add(state, core.predictions(table));
        return measure.ece.value(state);
      },
      peer: "PyTorch (gpleiss)",
      job: "torch_ece",
      args: { x, y },
      goal: 0.3,
      // Sums of f32 over 1e6 rows keep three digits.
      tolerance: 2e-3,
    };
    yield { forget: true };
  }
}
