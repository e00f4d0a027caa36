// `node bench/kernels.mjs`: of each kernel for a row the largest error, the time beside its reference, and the size of the module they share.
import { vocabularyRows } from "./vocabulary.mjs";
import { interleave, timeOf } from "./harness.mjs";

const { hasWasm, createArena, alloc } = await import("../dist/kernels/arena.js");
const wasm = await import("../dist/kernels/wasm.js");
const row = await import("../dist/kernels/wasmRow.js");
const top = await import("../dist/kernels/wasmTop.js");
const reference = await import("../dist/kernels/rowReference.js");
const topReference = await import("../dist/kernels/topReference.js");
const { wasm: module } = await import("../dist/kernels/wasm.generated.js");

if (!hasWasm() || !createArena(0)) throw new Error("The kernels do not run here");
const size = 131_072;
const { values, count } = vocabularyRows(8, size);
const rows = Array.from({ length: count }, (_, k) => values.slice(k * size, (k + 1) * size));
const resident = rows.map((scores) => {
  const own = alloc(1, size);
  own.set(scores);
  return own;
});
const narrow = new Float32Array(size);
const wide = new Float64Array(size);

/** Largest of |a − b|, relative to b where `relative`. */
function worst(a, b, relative) {
  let most = 0;
  for (let k = 0; k < b.length; k++) {
    if (relative && !(b[k] > 1e-30)) continue;
    most = Math.max(most, Math.abs(a[k] - b[k]) / (relative ? b[k] : 1));
  }
  return most;
}
const lse = ({ max, rest }) => max + Math.log1p(rest);
const entropy = ({ rest, weighted }) => Math.log1p(rest) - weighted / (1 + rest);
const number = (ours, theirs) => [Math.abs(ours - theirs)];
const winners = (ours, theirs) => [ours.indices.every((index, k) => index === theirs.indices[k]) ? 0 : 1];

const kernels = {
  peak: [(z) => row.peak(z, 0, size), (z) => reference.peak(z, 0, size), (a, b) => number(a.argmax, b.argmax)],
  logSumExp: [
    (z) => lse(row.sums(z, 0, size, 1, false)),
    (z) => lse(reference.sumExp(z, 0, size, 1)),
    (a, b) => number(a, b),
  ],
  entropy: [
    (z) => entropy(row.sums(z, 0, size, 1, true)),
    (z) => reference.surprisal(z, 0, size, 1).mean,
    (a, b) => number(a, b),
  ],
  softmax: [
    (z) => wasm.softmaxRows(z, 1, size, narrow, 1),
    (z) => reference.softmax(z, 0, size, 1, wide),
    () => [worst(narrow, wide, true), "relative"],
  ],
  logSoftmax: [
    (z) => row.logSoftmax(z, 0, size, 1, narrow),
    (z) => reference.logSoftmax(z, 0, size, 1, wide),
    () => [worst(narrow, wide, false)],
  ],
  "top 40": [(z) => top.topK(z, 40), (z) => topReference.topK(z, 40), winners],
  "top 1000": [(z) => top.topK(z, 1000), (z) => topReference.topK(z, 1000), winners],
};

process.stdout.write(
  `1 × ${size.toLocaleString("en")} f32; ${Buffer.from(module, "base64").length} bytes of WebAssembly for all kernels\n`,
);
for (const [name, [ours, theirs, error]] of Object.entries(kernels)) {
  let largest = 0;
  let kind = "";
  for (const scores of rows) {
    const [value, unit = "absolute"] = error(ours(scores), theirs(scores));
    largest = Math.max(largest, value);
    kind = unit;
  }
  const budget = 100;
  const {
    ours: own,
    theirs: plain,
    ratio,
  } = await interleave(
    (i) => ours(rows[i % count]),
    (ms) => timeOf((i) => theirs(rows[i % count]), ms),
    { rounds: 3, budget },
  );
  const { ms: within } = await timeOf((i) => ours(resident[i % count]), budget);
  const micro = (ms) => `${(1000 * ms).toFixed(1)} µs`.padStart(11);
  const most = largest === 0 ? "exact" : `${largest.toExponential(1)} ${kind}`;
  process.stdout.write(
    `${name.padEnd(12)}${most.padEnd(20)}${micro(own)}${micro(within)} resident${micro(plain)} reference ${ratio.toFixed(3)}×\n`,
  );
}
