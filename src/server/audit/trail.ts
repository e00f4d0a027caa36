import { Worker } from "node:worker_threads";
import { type ErrorCode, LogitsError } from "../../core/index.js";
import { openChain, type PolicyLine } from "./chain.js";
import { Outbox } from "./outbox.js";
import { type Entry, type Head, lineOf, macKey, pendingAt, pendingHash, sha256Hex } from "./record.js";
import type { FromWriter, Hashing, ToWriter, WriterData } from "./writer.js";

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
  /** Records that may wait; default 100,000. Beyond, new ones are refused. */
  most?: number;
}

/** Bytes that may wait to be hashed by the trail's thread. Beyond, they are hashed at once and let go. */
const MOST_UNHASHED = 64 << 20;

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** A trail that is written by a thread of its own: the records that come while the disk is busy are the next block. */
export async function openTrail({ folder, secret, retain, most = 100_000 }: TrailOptions): Promise<Trail> {
  const data: WriterData = { folder, secret, ...(retain !== undefined && { retain }) };
  // Flags of this process, such as --input-type, are not meant for it.
  const worker = new Worker(new URL("./writer.js", import.meta.url), { workerData: data, execArgv: [] });
  let head = await opened(worker);
  let policies: PolicyLine[] = [];
  let hashes: Hashing[] = [];
  let unhashed = 0;
  const outbox = new Outbox();
  let failing: string | undefined;
  /** Who waits for the block that is under way, and for the next one. */
  let underWay: Waiting[] = [];
  let next: Waiting[] = [];
  let busy = false;
  let planned = false;
  let open = true;
  let whenEmpty: (() => void) | undefined;

  const send = (): void => {
    planned = false;
    if (busy || outbox.count === 0) return;
    busy = true;
    [underWay, next] = [next, []];
    const message: ToWriter = { ...outbox.take(), policies, hashes };
    worker.postMessage(message, [message.buffer, ...hashes.map(({ bytes }) => bytes.buffer)]);
    [policies, hashes, unhashed] = [[], [], 0];
  };
  const plan = (): void => {
    if (busy || planned || outbox.count === 0) return;
    planned = true;
    // Whatever else this turn of the loop brings shares the wait for the disk.
    setImmediate(send);
  };
  const answer = (error?: string): void => {
    busy = false;
    const answered = underWay;
    underWay = [];
    failing = error;
    // First of all, so that the disk is at work while these are answered.
    send();
    for (const one of answered) {
      if (error === undefined) one.resolve();
      else one.reject(new TrailError(error));
    }
    if (!busy) whenEmpty?.();
  };
  /** Resolves when nothing is under way and nothing waits. */
  const emptied = (): Promise<void> =>
    new Promise((resolve) => {
      if (!busy && outbox.count === 0) resolve();
      else whenEmpty = resolve;
    });
  const closed = new Promise<void>((resolve) => {
    worker.on("message", (message: FromWriter) => {
      if ("closed" in message) return resolve();
      if ("buffer" in message) outbox.giveBack(message.buffer);
      if ("done" in message) {
        head = message.done;
        answer();
      } else if ("failed" in message) answer(message.failed);
    });
    const ended = (why: string): void => {
      open = false;
      underWay.push(...next);
      next = [];
      outbox.take();
      hashes = [];
      answer(why);
      resolve();
    };
    worker.on("error", (error) => ended(`the writer of the trail ended: ${(error as Error).message}`));
    worker.on("exit", () => ended("the trail is closed"));
  });

  return {
    append(entry) {
      if (!open) return Promise.reject(new TrailError("the trail is closed"));
      if (next.length >= most) return Promise.reject(new TrailError(`${most} records wait for the disk already`));
      const { hashed } = entry;
      const later = hashed && unhashed + hashed.length <= MOST_UNHASHED;
      const line = hashed && !later ? hashedNow(entry) : lineOf(entry);
      if (later) {
        hashes.push({ at: outbox.length + pendingAt(line), bytes: hashed });
        unhashed += hashed.length;
      }
      outbox.add(line);
      if (entry.kind === "policy") policies.push({ id: entry.id, line });
      plan();
      return new Promise((resolve, reject) => next.push({ resolve, reject }));
    },
    head: () => head,
    failing: () => failing,
    waiting: () => underWay.length + next.length,
    async close() {
      open = false;
      await emptied();
      const last: ToWriter = { close: true };
      worker.postMessage(last);
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
      const refused =
        "refused" in message ? message.refused : { code: "", message: "the trail did not open", hint: "" };
      const { code, message: text, hint } = refused;
      reject(new LogitsError((code || "bad-data") as ErrorCode, text, hint ? { hint } : {}));
    });
  });
}

function hashedNow(entry: Entry): string {
  const line = lineOf(entry);
  return entry.hashed ? line.replace(pendingHash, `"sha256":"${sha256Hex(entry.hashed)}"`) : line;
}

/** The same in this thread, one commit a record: where there are no threads. */
export function openDirectTrail({ folder, secret, retain }: TrailOptions): Trail {
  const chain = openChain({ folder, key: macKey(secret), ...(retain !== undefined && { retain }) });
  let failing: string | undefined;
  return {
    async append(entry) {
      try {
        const line = hashedNow(entry);
        chain.append(Buffer.from(line), 1, entry.kind === "policy" ? [{ id: entry.id, line }] : []);
        chain.tidy();
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
