import type { Batch, ErrorCode } from "../core/index.js";
import type { MeasureJob, MeasureState } from "../plan/evaluate.js";

/** Slots of a worker: one is measured, the others wait, so that it need not. */
export const slotsEach = 3;

/**
 * What both sides see of a worker: a counter that rises with every message to it, whether something went wrong there, and the state of each
 * slot. Reading and changing them takes nanoseconds, where a message takes a turn of the event loop.
 */
export const at = { sent: 0, failed: 1, slots: 2 } as const;

/** A slot is free, waits for its worker, or is in its hands. Who turns `waiting` into something else has the rows. */
export const slotState = { free: 0, waiting: 1, taken: 2 } as const;

/** To a worker: a job that begins, rows in shared memory, or the end of them. */
export type ToWorker =
  | { job: MeasureJob; control: Int32Array<SharedArrayBuffer> }
  | { batch: Omit<Batch, "values"> & { values: Float32Array | Float64Array }; slot: number }
  | { finish: true };

/** From a worker: the state, or what went wrong. */
export type FromWorker =
  | { state: MeasureState }
  | { error: { code?: ErrorCode; message: string; row?: number; column?: number; hint?: string } };
