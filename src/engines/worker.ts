import { parentPort } from "node:worker_threads";
import { LogitsError } from "../core/index.js";
import { addBatch, createMeasurement, type MeasureJob } from "../plan/evaluate.js";
import type { FromWorker, ToWorker } from "./message.js";

// One thread of the "threads" engine: measures what it is handed, gives its state at the end, and waits for the next job.
const port = parentPort!;
const send = (message: FromWorker): void => port.postMessage(message);
let current: { job: MeasureJob; measurement: ReturnType<typeof createMeasurement> } | undefined;

port.on("message", (message: ToWorker) => {
  try {
    if ("job" in message) current = { job: message.job, measurement: createMeasurement(message.job) };
    else if ("batch" in message) {
      addBatch(current!.measurement, message.batch, current!.job.calibrator);
      send({ free: message.slot });
    } else {
      send({ state: current!.measurement.state });
      current = undefined;
    }
  } catch (error) {
    send({ error: described(error) });
  }
});

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
