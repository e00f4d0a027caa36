import type { Batch, ErrorCode } from "../core/index.js";
import type { MeasureJob, MeasureState } from "../plan/evaluate.js";

/** To a worker: a job that begins, rows in shared memory, or the end of them. */
export type ToWorker =
  | { job: MeasureJob }
  | { batch: Omit<Batch, "values"> & { values: Float32Array | Float64Array }; slot: number }
  | { finish: true };

/** From a worker: a slot that may be filled again, the state, or what went wrong. */
export type FromWorker =
  | { free: number }
  | { state: MeasureState }
  | { error: { code?: ErrorCode; message: string; row?: number; column?: number; hint?: string } };
