import { Worker } from "node:worker_threads";
import { type Batch, LogitsError } from "../core/index.js";
import type { MeasureJob, MeasureState } from "../plan/evaluate.js";
import type { FromWorker, ToWorker } from "./message.js";

/** Slots of a worker: one is measured, the others wait, so that it need not. */
const slotsEach = 3;

/** Workers without a job. They keep neither the process alive nor a job waiting for their modules to load. */
const idle: Crew[] = [];

/** A worker with its shared slots. */
export class Crew {
  readonly #worker: Worker;
  #slots: SharedArrayBuffer[] = [];
  #free: number[] = [];
  #failed: Error | undefined;
  #wake: (() => void)[] = [];
  #state: MeasureState | undefined;

  /** A worker that has just been idle, or a new one, with a job to begin. */
  static hire(job: MeasureJob): Crew {
    const crew = idle.pop() ?? new Crew();
    crew.#begin(job);
    return crew;
  }

  private constructor() {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
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

  #begin(job: MeasureJob): void {
    this.#worker.ref();
    this.#slots = Array.from({ length: slotsEach }, () => new SharedArrayBuffer(0));
    this.#free = this.#slots.map((_, slot) => slot);
    this.#state = undefined;
    this.#send({ job });
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
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

  /** Whether a slot is empty. Throws what went wrong in the worker. */
  get free(): boolean {
    if (this.#failed) throw this.#failed;
    return this.#free.length > 0;
  }

  /** Has rows measured, copied into an empty slot unless they lie in shared memory already. */
  measure(batch: Batch): void {
    const slot = this.#free.pop()!;
    const values = isShared(batch.values) ? batch.values : this.#copied(batch.values, slot);
    // A view of ordinary memory is sent with all that lies in its buffer: these rows' labels alone are sent.
    const labels = batch.labels && !isShared(batch.labels) ? { labels: batch.labels.slice() } : {};
    this.#send({ batch: { ...batch, ...labels, values }, slot });
  }

  #copied(values: Batch["values"], slot: number): Float32Array | Float64Array {
    if (this.#slots[slot]!.byteLength < values.byteLength) this.#slots[slot] = new SharedArrayBuffer(values.byteLength);
    const buffer = this.#slots[slot]!;
    const shared =
      values instanceof Float32Array
        ? new Float32Array(buffer, 0, values.length)
        : new Float64Array(buffer, 0, values.length);
    shared.set(values);
    return shared;
  }

  async finish(): Promise<MeasureState> {
    await this.#until(() => this.#free.length === slotsEach);
    this.#send({ finish: true });
    await this.#until(() => this.#state !== undefined);
    return this.#state!;
  }

  /** Back to the idle ones after a job that was finished; ends after any other. */
  async dismiss(): Promise<void> {
    if (this.#failed || this.#state === undefined) {
      await this.#worker.terminate();
      return;
    }
    this.#slots = [];
    this.#state = undefined;
    this.#worker.unref();
    idle.push(this);
  }
}

const isShared = ({ buffer }: ArrayBufferView): boolean => buffer instanceof SharedArrayBuffer;

function rebuilt(error: Extract<FromWorker, { error: unknown }>["error"]): Error {
  const { code, message, ...where } = error;
  return code ? new LogitsError(code, message, where) : new Error(message);
}
