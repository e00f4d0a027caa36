import { Worker } from "node:worker_threads";
import { type ErrorCode, LogitsError } from "../../core/index.js";
import { openChain } from "./chain.js";
import { type Entry, type Head, macKey } from "./record.js";
import type { FromWriter, ToWriter, WriterData } from "./writer.js";

/** A record could not be brought to the disk: what it is about must not be acknowledged. */
export class TrailError extends Error {
  override readonly name = "TrailError";
}

/** Where records go, and how far they are safe. */
export interface Trail {
  /** Resolves once the record is on the disk; rejects with a TrailError when it is not. */
  append(entry: Entry): Promise<void>;
  /** The end of what is on the disk. */
  head(): Head;
  /** Why the last commit failed, until one succeeds. */
  failing(): string | undefined;
  /** Records that wait for the disk. */
  waiting(): number;
  close(): Promise<void>;
}

export interface TrailOptions {
  folder: string;
  secret: string;
  /** Days with records that are kept; absent for all. */
  retain?: number;
  /** Milliseconds from one commit to the next; default 1. */
  gather?: number;
}

/** A trail that is written by a thread of its own: the requests that come while the disk is busy share the next commit. */
export async function openTrail({ folder, secret, retain, gather = 1 }: TrailOptions): Promise<Trail> {
  const data: WriterData = { folder, secret, gather, ...(retain !== undefined && { retain }) };
  const worker = new Worker(new URL("./writer.js", import.meta.url), { workerData: data, stdout: false, stderr: false });
  let head = await opened(worker);
  let failing: string | undefined;
  let outbox: Entry[] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  /** Of `waiting`, those before it are answered. */
  let answered = 0;

  const answer = (count: number, error?: string): void => {
    for (let i = answered; i < answered + count; i++) {
      if (error === undefined) waiting[i]!.resolve();
      else waiting[i]!.reject(new TrailError(error));
    }
    answered += count;
    if (answered < 1024 && answered < waiting.length) return;
    waiting.splice(0, answered);
    answered = 0;
  };
  const closed = new Promise<void>((resolve) => {
    worker.on("message", (message: FromWriter) => {
      if ("done" in message) {
        [head, failing] = [message.head, undefined];
        answer(message.done);
      } else if ("failed" in message) {
        failing = message.error;
        answer(message.failed, message.error);
      } else if ("closed" in message) resolve();
    });
    const dead = (why: string): void => {
      failing = why;
      answer(waiting.length - answered, why);
      resolve();
    };
    worker.on("error", (error) => dead(`the writer of the trail ended: ${(error as Error).message}`));
    worker.on("exit", () => dead("the trail is closed"));
  });
  let open = true;
  const send = (message: ToWriter): void => worker.postMessage(message);
  const flush = (): void => {
    if (outbox.length === 0) return;
    send({ entries: outbox });
    outbox = [];
  };

  return {
    append(entry) {
      if (!open) return Promise.reject(new TrailError("the trail is closed"));
      // All that is decided in one turn of the event loop travels in one message.
      if (outbox.push(entry) === 1) setImmediate(flush);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    head: () => head,
    failing: () => failing,
    waiting: () => waiting.length - answered,
    async close() {
      open = false;
      flush();
      send({ close: true });
      await closed;
      await worker.terminate();
    },
  };
}

function opened(worker: Worker): Promise<Head> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (message: FromWriter) => {
      worker.off("error", reject);
      if ("open" in message) return resolve(message.open);
      const { code, message: text, hint } = "refused" in message ? message.refused : { code: "", message: "", hint: "" };
      reject(new LogitsError((code || "bad-data") as ErrorCode, text, hint ? { hint } : {}));
    });
  });
}

/** The same in this thread, one commit a record: for embedding without threads, and for tests. */
export function openDirectTrail({ folder, secret, retain }: TrailOptions): Trail {
  const chain = openChain({ folder, key: macKey(secret), ...(retain !== undefined && { retain }) });
  let failing: string | undefined;
  return {
    async append(entry) {
      try {
        chain.append([entry]);
        failing = undefined;
      } catch (error) {
        failing = (error as Error).message;
        throw new TrailError(failing);
      }
    },
    head: chain.head,
    failing: () => failing,
    waiting: () => 0,
    async close() {
      chain.close();
    },
  };
}
