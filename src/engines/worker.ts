import { parentPort, workerData } from "node:worker_threads";
import { LogitsError } from "../core/index.js";
import { addBatch, createMeasurement, type MeasureJob } from "../plan/evaluate.js";
import type { FromWorker, ToWorker } from "./message.js";

// One thread of the "threads" engine: measures what it is handed, and gives its state at the end.
const job = workerData as MeasureJob;
const measurement = createMeasurement(job);
const port = parentPort!;
const send = (message: FromWorker): void => port.postMessage(message);

port.on("message", (message: ToWorker) => {
  try {
    if ("finish" in message) {
      send({ state: measurement.state });
      port.close();
      return;
    }
    addBatch(measurement, message.batch, job.calibrator);
    send({ free: message.slot });
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
