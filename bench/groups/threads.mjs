// The same measurement on two threads and on one. Where no core is free no gain is expected, and no loss allowed.
import { availableParallelism } from "node:os";
import { batch } from "../data.mjs";
import { sizeOf } from "./batches.mjs";
import { engines, logits } from "./library.mjs";

/** Scores at a time: they stay in the second-level cache. */
const scoresAtOnce = 2 ** 17;

export default async function* threads() {
  // Two tables that the third-level cache holds, and one that streams from memory, where no loss is all that can be asked.
  for (const [rows, classes, sharp, goal] of [
    [750_000, 10, 1.7, 1 / 1.7],
    [75_000, 100, 2.3, 1 / 1.7],
    [50_000, 1000, 1.4, 1],
  ]) {
    const { values, labels } = batch(rows, classes, sharp);
    const source = sourceOf(shared(values), shared(labels), classes);
    const onThreads = (engine) => {
      const run = async () => {
        const options = { metrics: ["nll", "ece"], replicates: 0, perClass: false, rankStatistics: false, engine };
        return (await logits.evaluate(source, options)).metrics.nll.value;
      };
      run.asynchronous = true;
      return run;
    };
    const ours = onThreads(engines.threads(2));
    await settle(ours);
    yield {
      name: "NLL and ECE, two threads",
      size: sizeOf(rows, classes),
      ours,
      peer: "one thread",
      peerRun: onThreads(undefined),
      goal: availableParallelism() > 1 ? goal : 1,
      tolerance: 1e-12,
    };
  }
}

/** A worker compiles its own code, and of short calls it sees little: its first take several times as long. */
async function settle(run) {
  for (const end = performance.now() + 1500; performance.now() < end; ) await run();
}

/** Where both threads see it. */
function shared(values) {
  const copy = new values.constructor(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

function sourceOf(values, labels, classes) {
  return {
    capture: { kind: "logits", stage: "raw", coverage: "full" },
    classes: Array.from({ length: classes }, (_, k) => String(k)),
    rows: labels.length,
    notes: [],
    async *batches() {
      const rowsAtOnce = Math.max(512, Math.ceil(scoresAtOnce / classes));
      for (let start = 0; start < labels.length; start += rowsAtOnce) {
        const rows = Math.min(rowsAtOnce, labels.length - start);
        yield {
          kind: "logits",
          values: values.subarray(start * classes, (start + rows) * classes),
          labels: labels.subarray(start, start + rows),
          rows,
          classes,
          offset: start,
        };
      }
    },
  };
}
