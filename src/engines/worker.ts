import { parentPort, receiveMessageOnPort } from "node:worker_threads";
import { LogitsError } from "../core/index.js";
import { addBatch, createMeasurement, type MeasureJob } from "../plan/evaluate.js";
import { at, type FromWorker, slotState, type ToWorker } from "./message.js";

// One thread of the "threads" engine: measures what it is handed, gives its state at the end, and waits for the next job.
const port = parentPort!;
const send = (message: FromWorker, handedOver: ArrayBuffer[] = []): void => port.postMessage(message, handedOver);

port.on("message", (message: ToWorker) => {
  // The rest of a job that failed is of no use.
  if (!("job" in message)) return;
  const { job, control } = message;
  try {
    const state = measured(job, control);
    send({ state }, [...buffersOf(state)]);
  } catch (error) {
    Atomics.store(control, at.failed, 1);
    send({ error: described(error) });
  }
});

/** Sleeps until a message is there, instead of returning to the event loop, which would be slower to wake. */
function next(control: Int32Array<SharedArrayBuffer>): ToWorker {
  for (;;) {
    const sent = Atomics.load(control, at.sent);
    const received = receiveMessageOnPort(port);
    if (received) return received.message as ToWorker;
    Atomics.wait(control, at.sent, sent);
  }
}

function measured(
  job: MeasureJob,
  control: Int32Array<SharedArrayBuffer>,
): ReturnType<typeof createMeasurement>["state"] {
  const measurement = createMeasurement(job);
  for (;;) {
    const message = next(control);
    if (!("batch" in message)) return measurement.state;
    const place = at.slots + message.slot;
    // Rows that waited too long were taken back.
    if (Atomics.compareExchange(control, place, slotState.waiting, slotState.taken) !== slotState.waiting) continue;
    addBatch(measurement, message.batch, job.calibrator);
    Atomics.store(control, place, slotState.free);
  }
}

/** The memory of all arrays in some plain data, which changes hands instead of being copied. */
function buffersOf(data: unknown, found: Set<ArrayBuffer> = new Set()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(data)) found.add(data.buffer as ArrayBuffer);
  else if (typeof data === "object" && data !== null) for (const value of Object.values(data)) buffersOf(value, found);
  return found;
}

function described(error: unknown): Extract<FromWorker, { error: unknown }>["error"] {
  if (!LogitsError.isInstance(error))
    return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  const { code, message, row, column, hint } = error;
  return {
    code,
    message,
    ...(row === undefined ? {} : { row }),
    ...(column === undefined ? {} : { column }),
    ...(hint === undefined ? {} : { hint }),
  };
}
