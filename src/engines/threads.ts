import { availableParallelism } from "node:os";
import type { Batch } from "../core/index.js";
import { addBatch, createMeasurement, type Engine } from "../plan/evaluate.js";
import { Crew } from "./crew.js";

/**
 * The same measurement on several threads, of which this one is the first: it hands rows to whoever has room for them and measures what is left
 * itself. Batches are copied into shared memory that is reused, so memory does not grow with the rows; merging the states of all gives what one
 * thread would have given. Workers stay for the next job, without keeping the process alive.
 *
 * @param count number of threads, this one included; range ≥ 1, default one a core, no-op 1.
 */
export function threads(count: number = Math.max(1, availableParallelism())): Engine {
  return async (source, job) => {
    const team = Array.from({ length: count - 1 }, () => Crew.hire(job));
    try {
      const own = createMeasurement(job);
      for await (const batch of source.batches({ reuse: true })) {
        if (team.some((crew) => crew.failed)) break;
        if (!handOut(team, batch)) addBatch(own, batch, job.calibrator);
      }
      // Each takes the last rows from the others rather than wait for them.
      for (const crew of team) {
        for (let rest = crew.takeBack(); rest; rest = crew.takeBack()) addBatch(own, rest, job.calibrator);
      }
      for (const state of await Promise.all(team.map((crew) => crew.finish()))) own.merge(state);
      return own.state;
    } finally {
      await Promise.all(team.map((crew) => crew.dismiss()));
    }
  };
}

/** Gives rows to the first worker with room for them. */
function handOut(team: Crew[], batch: Batch): boolean {
  for (const crew of team) {
    const slot = crew.free;
    if (slot < 0) continue;
    crew.measure(batch, slot);
    return true;
  }
  return false;
}
