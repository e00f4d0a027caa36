import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type Chain, openChain } from "./chain.js";
import { type Entry, type Head, macKey } from "./record.js";

/** What the trail says to its thread … */
export type ToWriter = { entries: Entry[] } | { close: true };
/** … and hears from it: `done` or `failed` are how many of the entries that were sent first. */
export type FromWriter =
  | { open: Head }
  | { refused: { code: string; message: string; hint?: string } }
  | { done: number; head: Head }
  | { failed: number; error: string }
  | { closed: true };

export interface WriterData {
  folder: string;
  secret: string;
  retain?: number;
  /** Milliseconds from one commit to the next: what comes meanwhile shares the next one's wait for the disk. */
  gather: number;
}

/** Entries that share a commit at most, in number and in bytes. */
const most = { entries: 4096, bytes: 64 << 20 };

if (parentPort) serve(parentPort, workerData as WriterData);

function serve(port: MessagePort, { folder, secret, retain, gather }: WriterData): void {
  const say = (message: FromWriter): void => port.postMessage(message);
  let chain: Chain;
  try {
    chain = openChain({ folder, key: macKey(secret), ...(retain !== undefined && { retain }) });
  } catch (error) {
    const { code = "", message, hint } = error as Error & { code?: string; hint?: string };
    say({ refused: { code, message, ...(hint && { hint }) } });
    return;
  }
  say({ open: chain.head() });
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let last = 0;
  port.on("message", (first: ToWriter) => {
    const rest = gather - (performance.now() - last);
    if (rest > 0 && !("close" in first)) Atomics.wait(pause, 0, 0, rest);
    const { groups, close } = gathered(first, port);
    for (const entries of groups) {
      last = performance.now();
      try {
        say({ done: entries.length, head: chain.append(entries) });
      } catch (error) {
        say({ failed: entries.length, error: (error as Error).message });
      }
    }
    if (!close) return;
    chain.close();
    say({ closed: true });
    port.close();
  });
}

/** All that has been sent by now, in groups that one commit can hold. */
function gathered(first: ToWriter, port: MessagePort): { groups: Entry[][]; close: boolean } {
  const groups: Entry[][] = [];
  let [group, bytes]: [Entry[], number] = [[], 0];
  for (let message: ToWriter | undefined = first; message; message = receiveMessageOnPort(port)?.message) {
    if ("close" in message) {
      if (group.length > 0) groups.push(group);
      return { groups, close: true };
    }
    for (const entry of message.entries) {
      group.push(entry);
      bytes += entry.body.length + (entry.scores?.length ?? 0);
      if (group.length < most.entries && bytes < most.bytes) continue;
      groups.push(group);
      [group, bytes] = [[], 0];
    }
  }
  if (group.length > 0) groups.push(group);
  return { groups, close: false };
}
