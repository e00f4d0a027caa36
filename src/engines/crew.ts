import { Worker } from "node:worker_threads";
import { type Batch, LogitsError } from "../core/index.js";
import type { MeasureJob, MeasureState } from "../plan/evaluate.js";
import { at, type FromWorker, slotState, slotsEach, type ToWorker } from "./message.js";

/** Workers without a job. They keep neither the process alive nor a job waiting for their modules to load. */
const idle: Crew[] = [];

/** A worker with its shared slots. */
export class Crew {
  readonly #worker: Worker;
  #slots: { buffer: SharedArrayBuffer; batch?: Batch }[] = [];
  #control = new Int32Array(new SharedArrayBuffer(0));
  #failed: Error | undefined;
  #state: MeasureState | undefined;
  #wake: (() => void) | undefined;

  /** A worker that has just been idle, or a new one, with a job to begin. */
  static hire(job: MeasureJob): Crew {
    const crew = idle.pop() ?? new Crew();
    crew.#begin(job);
    return crew;
  }

  private constructor() {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    this.#worker.on("message", (message: FromWorker) => {
      if ("state" in message) this.#state = message.state;
      else this.#failed = rebuilt(message.error);
      this.#wake?.();
    });
    this.#worker.on("error", (error) => {
      this.#failed = error as Error;
      this.#wake?.();
    });
  }

  #begin(job: MeasureJob): void {
    this.#worker.ref();
    this.#slots = Array.from({ length: slotsEach }, () => ({ buffer: new SharedArrayBuffer(0) }));
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (at.slots + slotsEach)));
    this.#state = undefined;
    this.#send({ job, control: this.#control });
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
    Atomics.add(this.#control, at.sent, 1);
    Atomics.notify(this.#control, at.sent);
  }

  /** The first empty slot, or −1. */
  get free(): number {
    return this.#slots.findIndex((_, slot) => Atomics.load(this.#control, at.slots + slot) === slotState.free);
  }

  /** Whether something went wrong in the worker, which `finish` throws. */
  get failed(): boolean {
    return this.#failed !== undefined || Atomics.load(this.#control, at.failed) !== 0;
  }

  /** Has rows measured, copied into an empty slot unless they lie in shared memory already. */
  measure(batch: Batch, slot: number): void {
    const values = isShared(batch.values) ? batch.values : this.#copied(batch.values, slot);
    // A view of ordinary memory is sent with all that lies in its buffer: these rows' labels alone are sent.
    const labels = batch.labels && !isShared(batch.labels) ? { labels: batch.labels.slice() } : {};
    const handed = { ...batch, ...labels, values };
    this.#slots[slot]!.batch = handed;
    Atomics.store(this.#control, at.slots + slot, slotState.waiting);
    this.#send({ batch: handed, slot });
  }

  #copied(values: Batch["values"], slot: number): Float32Array | Float64Array {
    const place = this.#slots[slot]!;
    if (place.buffer.byteLength < values.byteLength) place.buffer = new SharedArrayBuffer(values.byteLength);
    const shared =
      values instanceof Float32Array
        ? new Float32Array(place.buffer, 0, values.length)
        : new Float64Array(place.buffer, 0, values.length);
    shared.set(values);
    return shared;
  }

  /** Takes back rows that the worker has not begun with, when nothing else is left. Slots emptied so must not be filled again. */
  takeBack(): Batch | undefined {
    const slot = this.#slots.findIndex(
      (_, place) =>
        Atomics.compareExchange(this.#control, at.slots + place, slotState.waiting, slotState.free) ===
        slotState.waiting,
    );
    return this.#slots[slot]?.batch;
  }

  async finish(): Promise<MeasureState> {
    this.#send({ finish: true });
    while (!this.#state && !this.#failed) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    if (this.#failed) throw this.#failed;
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
