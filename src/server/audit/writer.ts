import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { type Chain, openChain, type PolicyLine } from "./chain.js";
import { type Head, macKey, sha256Hex } from "./record.js";
import { waitForDataOnly } from "./sqlite.js";

/** What the trail says to its thread: lines of records in a buffer that comes back with the answer … */
export type ToWriter =
  | { buffer: ArrayBuffer; length: number; count: number; policies: PolicyLine[]; hashes: Hashing[] }
  | { close: true };
/** … and hears from it. */
export type FromWriter =
  | { open: Head }
  | { refused: { code: string; message: string; hint?: string } }
  | { done: Head; buffer: ArrayBuffer }
  | { failed: string; buffer: ArrayBuffer }
  | { closed: true };

/** Bytes whose SHA-256 is to stand at a place of the lines, in hex. */
export interface Hashing {
  at: number;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface WriterData {
  folder: string;
  secret: string;
  retain?: number;
}

if (parentPort) serve(parentPort, workerData as WriterData);

function serve(port: MessagePort, { folder, secret, retain }: WriterData): void {
  waitForDataOnly();
  const say = (message: FromWriter, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  let chain: Chain;
  try {
    chain = openChain({ folder, key: macKey(secret), ...(retain !== undefined && { retain }) });
  } catch (error) {
    const { code = "", message, hint } = error as Error & { code?: string; hint?: string };
    say({ refused: { code, message, ...(hint && { hint }) } });
    return;
  }
  say({ open: chain.head() });
  port.on("message", (message: ToWriter) => {
    if ("close" in message) {
      chain.close();
      say({ closed: true });
      port.close();
      return;
    }
    const { buffer, length, count, policies, hashes } = message;
    try {
      for (const { at, bytes } of hashes) Buffer.from(buffer).write(sha256Hex(bytes), at, "latin1");
      say({ done: chain.append(new Uint8Array(buffer, 0, length), count, policies), buffer }, [buffer]);
      chain.tidy();
    } catch (error) {
      say({ failed: (error as Error).message, buffer }, [buffer]);
    }
  });
}
