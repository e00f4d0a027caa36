// Whole programs, from the shell's point of view: start, read a file, fit a temperature, measure ECE, print, end.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { batch } from "../data.mjs";
import { peerPython, singleThread } from "../peer.mjs";
import { shapes, sizeOf } from "./batches.mjs";

const ours = fileURLToPath(new URL("../programs/calibrate.mjs", import.meta.url));
const theirs = fileURLToPath(new URL("../peers/process.py", import.meta.url));
const evaluate = fileURLToPath(new URL("../programs/evaluate.mjs", import.meta.url));

export default async function* processes(peers) {
  for (const [rows, classes, sharp] of shapes) {
    const { x, y } = batch(rows, classes, sharp);
    const size = sizeOf(rows, classes);
    const mine = program(process.execPath, [ours, x, y]);
    const python = peers.has("torch") ? program(peerPython(), [theirs, x, y]) : undefined;
    yield {
      name: "read npy, fit T, ECE, print: wall time",
      size,
      ours: mine.wall,
      peer: "PyTorch script",
      peerRun: python?.wall,
      goal: 0.1,
      rounds: 3,
      tolerance: 2e-3,
    };
    yield {
      name: "the same: peak memory",
      size,
      unit: "MiB",
      oursValue: mine.peak,
      theirValue: python?.peak,
      peer: "PyTorch script",
      goal: 0.3,
    };
    yield { forget: true };
  }
  const { x, y } = batch(10_000, 10, 1.7);
  yield {
    name: "evaluate with every interval: wall time",
    size: "10,000 × 10",
    ours: program(process.execPath, [evaluate, x, y]).wall,
    limit: 1500,
    rounds: 3,
  };
}

/** Runs a program that prints `{ value, peak }`; `wall` is a run, `peak` the memory of the run before. */
function program(command, args) {
  let peak;
  return {
    wall() {
      const { stdout, status, stderr } = spawnSync(command, args, {
        encoding: "utf8",
        env: { ...process.env, ...singleThread },
      });
      if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}`);
      const result = JSON.parse(stdout);
      peak = result.peak;
      return result.value;
    },
    peak: () => peak,
  };
}
