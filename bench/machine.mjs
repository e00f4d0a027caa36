// What the machine is, what else it does while something is timed, and how to keep it busy on purpose.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { median } from "./harness.mjs";

export const cpu = () => ({ model: cpus()[0]?.model ?? "unknown", cores: cpus().length });

/**
 * Watches the machine from now on. `next` gives its state since the last call:
 *
 * - `load`: the average of a minute, before and after
 * - `bandwidth`: GB/s that one thread copies at, before and after
 * - `others`: the share of all cores that went to others (Linux only): all busy ticks, less those of this process, of its children that have ended, and of
 *   the peer, which says its seconds itself
 */
export async function watch(peerSeconds) {
  const look = async () => ({
    load: loadavg()[0],
    bandwidth: bandwidth(),
    peer: await peerSeconds(),
    ticks: ticks(),
  });
  let before = await look();
  return {
    async next() {
      const { peer, ticks: busy } = { peer: await peerSeconds(), ticks: ticks() };
      const others = othersShare(before, { peer, ticks: busy });
      const after = await look();
      const state = {
        load: [before.load, after.load],
        bandwidth: [before.bandwidth, after.bandwidth],
        ...(others !== undefined && { others }),
      };
      before = after;
      return state;
    },
  };
}

function othersShare(before, after) {
  const [busy, all, own] = after.ticks.map((value, i) => value - before.ticks[i]);
  // Fewer ticks than these, of 10 ms each, say nothing.
  if (!(all >= 20)) return undefined;
  return Math.min(1, Math.max(0, (busy - own - 100 * (after.peer - before.peer)) / all));
}

/** Busy ticks of all cores since the start (stolen time counts as busy), all ticks, and those of this process with its ended children. */
function ticks() {
  try {
    const [user, nice, system, idle, wait, irq, soft, steal] = numbers(
      readFileSync("/proc/stat", "utf8"),
      /^cpu +(.*)/,
    );
    const busy = user + nice + system + irq + soft + steal;
    const own = numbers(readFileSync("/proc/self/stat", "utf8"), /\) \S (.*)/).slice(10, 14);
    return [busy, busy + idle + wait, own.reduce((sum, value) => sum + value, 0)];
  } catch {
    return [Number.NaN, Number.NaN, Number.NaN];
  }
}

const numbers = (text, line) => line.exec(text)[1].split(" ").map(Number);

const bytes = 64 << 20;
let probe;

/** Bytes read and written a second, in GB/s, by copies of 64 MiB, which no cache holds. */
function bandwidth() {
  probe ??= [new Uint8Array(bytes).fill(1), new Uint8Array(bytes).fill(2)];
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    probe[1].set(probe[0]);
    return performance.now() - start;
  });
  return (2 * bytes) / median(times) / 1e6;
}

/** Starts processes that do nothing but stream through memory. Call the result to end them. */
export async function contend(count) {
  const program = fileURLToPath(new URL("programs/stream.mjs", import.meta.url));
  const processes = Array.from({ length: count }, () =>
    spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  // Each says when it has its memory.
  await Promise.all(processes.map(({ stdout }) => new Promise((resolve) => stdout.once("data", resolve))));
  return async () => {
    const ended = processes.map((one) => new Promise((resolve) => one.once("exit", resolve)));
    for (const { stdin } of processes) stdin.end();
    await Promise.all(ended);
  };
}
