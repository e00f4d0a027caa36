import { parentPort } from "node:worker_threads";
import { LogitsError } from "../core/index.js";
import { addBatch, createMeasurement, type MeasureJob } from "../plan/evaluate.js";
import type { FromWorker, ToWorker } from "./message.js";

// One thread of the "threads" engine: measures what it is handed, gives its state at the end, and waits for the next job.
const port = parentPort!;
const send = (message: FromWorker, handedOver: ArrayBuffer[] = []): void => port.postMessage(message, handedOver);
let current: { job: MeasureJob; measurement: ReturnType<typeof createMeasurement> } | undefined;

port.on("message", (message: ToWorker) => {
  try {
    if ("job" in message) current = { job: message.job, measurement: createMeasurement(message.job) };
    else if ("batch" in message) {
      addBatch(current!.measurement, message.batch, current!.job.calibrator);
      send({ free: message.slot });
    } else {
      const { state } = current!.measurement;
      send({ state }, [...buffersOf(state)]);
      current = undefined;
    }
  } catch (error) {
    send({ error: described(error) });
  }
});

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
