import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type Batch, LogitsError } from "../core/index.js";
import { createMeasurement, type Engine, type MeasureJob, type MeasureState } from "../plan/evaluate.js";
import type { FromWorker, ToWorker } from "./message.js";

/** Two slots a worker: one is filled while the other is measured. */
const slotsEach = 2;

/**
 * The same measurement on several threads. Batches are copied into shared memory that is reused, so memory does not grow with the rows;
 * each worker measures whatever it is handed, and merging their states gives what one thread would have given.
 *
 * @param count number of workers; default one a core.
 */
export function threads(count: number = Math.max(1, availableParallelism())): Engine {
  return async (source, job) => {
    const team = Array.from({ length: count }, () => new Crew(job));
    try {
      for await (const batch of source.batches()) {
        const free = await Promise.race(team.map((crew) => crew.whenFree()));
        free.measure(batch);
      }
      const total = createMeasurement(job);
      for (const state of await Promise.all(team.map((crew) => crew.finish()))) total.merge(state);
      return total.state;
    } finally {
      await Promise.all(team.map((crew) => crew.stop()));
    }
  };
}

/** A worker with its shared slots. */
class Crew {
  readonly #worker: Worker;
  readonly #slots: SharedArrayBuffer[] = Array.from({ length: slotsEach }, () => new SharedArrayBuffer(0));
  readonly #free: number[] = Array.from({ length: slotsEach }, (_, slot) => slot);
  #failed: Error | undefined;
  #wake: (() => void)[] = [];
  #state: MeasureState | undefined;

  constructor(job: MeasureJob) {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: job });
    this.#worker.on("message", (message: FromWorker) => {
      if ("free" in message) this.#free.push(message.free);
      else if ("state" in message) this.#state = message.state;
      else this.#failed = rebuilt(message.error);
      this.#awaken();
    });
    this.#worker.on("error", (error) => {
      this.#failed = error as Error;
      this.#awaken();
    });
  }

  #awaken(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.#failed) throw this.#failed;
      await new Promise<void>((wake) => this.#wake.push(wake));
    }
    if (this.#failed) throw this.#failed;
  }

  async whenFree(): Promise<Crew> {
    await this.#until(() => this.#free.length > 0);
    return this;
  }

  measure(batch: Batch): void {
    const slot = this.#free.pop()!;
    const { values } = batch;
    if (this.#slots[slot]!.byteLength < values.byteLength) this.#slots[slot] = new SharedArrayBuffer(values.byteLength);
    const buffer = this.#slots[slot]!;
    const shared =
      values instanceof Float32Array
        ? new Float32Array(buffer, 0, values.length)
        : new Float64Array(buffer, 0, values.length);
    shared.set(values);
    const message: ToWorker = { batch: { ...batch, values: shared }, slot };
    this.#worker.postMessage(message);
  }

  async finish(): Promise<MeasureState> {
    await this.#until(() => this.#free.length === slotsEach);
    const message: ToWorker = { finish: true };
    this.#worker.postMessage(message);
    await this.#until(() => this.#state !== undefined);
    return this.#state!;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

function rebuilt(error: Extract<FromWorker, { error: unknown }>["error"]): Error {
  const { code, message, ...where } = error;
  return code ? new LogitsError(code, message, where) : new Error(message);
}
