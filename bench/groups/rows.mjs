// One row at a time: the last step of a language model.
import { transformersJs } from "../peers/transformersJs.mjs";
import { vocabularyRows } from "../vocabulary.mjs";
import { kernels, math } from "./library.mjs";

const sizes = [32_768, 50_257, 131_072, 262_144];

export default async function* rows() {
  const transformers = await transformersJs();
  for (const size of sizes) {
    const { x, values, count } = vocabularyRows(8, size);
    const each = Array.from({ length: count }, (_, row) => values.subarray(row * size, (row + 1) * size));
    const row = (i) => each[i % count];
    const resident = kernels.alloc(count, size);
    resident.set(values);
    const eachResident = each.map((_, k) => resident.subarray(k * size, (k + 1) * size));
    const residentRow = (i) => eachResident[i % count];
    const out = new Float32Array(size);
    const copy = new Float32Array(size);
    const common = { size: `1 × ${size.toLocaleString("en")}`, args: { x }, tolerance: 1e-4 };
    const softmax = (i) => math.softmax(row(i), { out })[0];
    yield {
      ...common,
      name: "max",
      ours: (i) => row(i)[math.argmax(row(i)).index],
      peer: "numpy",
      job: "numpy_max",
      goal: 1.3,
    };
    // An ordinary array has to be copied before WebAssembly can look at it.
    yield {
      ...common,
      name: "max",
      ours: (i) => row(i)[math.argmax(row(i)).index],
      peer: "copying the row",
      peerRun: (i) => (copy.set(row(i)), undefined),
      tolerance: undefined,
    };
    yield {
      ...common,
      name: "max, in kernel memory",
      ours: (i) => residentRow(i)[math.argmax(residentRow(i)).index],
      peer: "numpy",
      job: "numpy_max",
      goal: 1.3,
    };
    yield {
      ...common,
      name: "top 40, with copy",
      ours: (i) => math.topK(row(i), 40).values.at(-1),
      peer: "PyTorch",
      job: "torch_topk",
      args: { x, k: 40 },
      goal: 0.2,
    };
    yield {
      ...common,
      name: "top 40, in kernel memory",
      ours: (i) => math.topK(residentRow(i), 40).values.at(-1),
      peer: "PyTorch",
      job: "torch_topk",
      args: { x, k: 40 },
      goal: 0.2,
    };
    yield {
      ...common,
      name: "logSumExp",
      ours: (i) => math.logSumExp(row(i)),
      peer: "PyTorch",
      job: "torch_logsumexp",
      goal: 0.7,
    };
    yield {
      ...common,
      name: "entropy",
      ours: (i) => math.entropy(row(i)),
      peer: "PyTorch",
      job: "torch_entropy",
      goal: 0.75,
    };
    yield { ...common, name: "softmax", ours: softmax, peer: "PyTorch", job: "torch_softmax_out", goal: 1.5 };
    yield {
      ...common,
      name: "softmax",
      ours: softmax,
      peer: "transformers.js",
      peerRun: transformers && ((i) => transformers.softmax(row(i))[0]),
      goal: 0.05,
    };
    yield { forget: true };
  }
}
