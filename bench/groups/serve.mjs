// The service over TCP, audit on, beside bare Fastify that echoes the same body: each in a process of its own, autocannon in this one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { quantile, steadyLoad } from "../steadyLoad.mjs";

const echoProgram = fileURLToPath(new URL("../programs/echo.mjs", import.meta.url));
const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
/** Requests that are under way at one time: enough that some wait for the disk while others are decided. */
const connections = 128;

export default async function* serve() {
  const folder = mkdtempSync(join(tmpdir(), "logits-bench-serve-"));
  const memoryFolder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "logits-bench-serve-"));
  const echo = await started([echoProgram], "stdout", /http:\S+/);
  const ten = await service(folder, 10, ["--audit", join(folder, "audit")]);
  try {
    for (const [name, rows, goal] of [
      ["single rows", 1, 1 / 0.6],
      ["batches", 64, 1 / 0.5],
    ]) {
      const body = bodyOf(rows, 10);
      const times = await saturated(ten, echo, body);
      yield {
        name: `serve ${name}: time a request at saturation`,
        size: `${rows} × 10, audit on`,
        unit: "ms",
        oursValue: () => times.ours,
        theirValue: () => times.theirs,
        peer: "Fastify echo",
        goal,
      };
      yield {
        name: `serve ${name}: CPU time a request, all threads`,
        size: `${rows} × 10, audit on`,
        unit: "ms",
        oursValue: () => times.oursCpu,
        theirValue: () => times.theirsCpu,
        peer: "Fastify echo",
      };
      const rate = Math.floor(500 / times.ours);
      const asked = { rate, seconds: 4 };
      const size = `${rate} a second`;
      const inMemory = await service(folder, 10, ["--audit", join(memoryFolder, String(rows))]);
      await load(`${inMemory.url}/v1/decide`, body, { duration: 2 });
      yield {
        name: `serve ${name}: 99 % answered within, at half of that`,
        size,
        unit: "ms",
        oursValue: await steadily(`${ten.url}/v1/decide`, body, asked),
        limit: 5,
      };
      yield {
        name: "  99 % of waits for this disk alone",
        size: "8 KiB",
        unit: "ms",
        oursValue: within(diskWaits(folder)),
      };
      yield {
        name: "  the same with the trail in memory",
        size,
        unit: "ms",
        oursValue: await steadily(`${inMemory.url}/v1/decide`, body, asked),
      };
      yield {
        name: "  the same from Fastify echo",
        size,
        unit: "ms",
        oursValue: await steadily(echo.url, body, asked),
      };
      await inMemory.end();
    }
    const { growth, decisions } = await memory(ten, bodyOf(64, 10));
    yield {
      name: "serve: growth of memory over decisions",
      size: `${decisions.toLocaleString("en")} decisions`,
      unit: "MiB",
      oursValue: () => growth,
      limit: 64,
    };
    const wide = await service(folder, 128_000, ["--audit", join(folder, "wide")]);
    const row = Buffer.from(Float32Array.from({ length: 128_000 }, (_, k) => ((k * 7919) % 1000) / 100).buffer);
    const result = await load(`${wide.url}/v1/decide`, row, {
      connections: 32,
      headers: { "content-type": "application/octet-stream" },
    });
    yield {
      name: "serve: time a row of 128,000 classes, f32",
      size: "1 × 128,000, audit on",
      unit: "ms",
      oursValue: () => 1000 / result.requests.mean,
      limit: 2,
    };
    await wide.end();
  } finally {
    await ten.end();
    await echo.end();
    for (const one of [folder, memoryFolder]) rmSync(one, { recursive: true, force: true });
  }
}

function bodyOf(rows, classes) {
  const score = (i) => Number((((i * 7919) % 2003) / 200 - 5).toFixed(4));
  const list = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: classes }, (_, k) => score(row * classes + k)),
  );
  return JSON.stringify({ logits: rows === 1 ? list[0] : list });
}

async function service(folder, classes, argv) {
  const names = Array.from({ length: classes }, (_, k) => `c${k}`);
  const policy = {
    kind: "policy",
    version: 1,
    name: "bench",
    method: "threshold",
    params: { positive: ["c1"], threshold: 1, above: "block", below: "pass" },
    classes: names,
    calibrator: { method: "temperature", params: { temperature: 1.7 } },
  };
  const file = join(folder, `${classes}.json`);
  writeFileSync(file, JSON.stringify(policy));
  return started([main, "serve", "--policy", file, "--port", "0", ...argv], "stderr", /http:[^\s,]+/);
}

/** A program of ours that says where it listens. */
async function started(argv, stream, address) {
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const url = await new Promise((resolve, reject) => {
    child[stream].on("data", (piece) => {
      text += piece;
      const found = address.exec(text);
      if (found) resolve(found[0]);
    });
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${text}`)));
  });
  const end = async () => {
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  return { url, end, pid: child.pid };
}

async function load(url, body, more = {}) {
  const result = await autocannon({
    url,
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
    connections,
    ...(more.amount ? {} : { duration: 3 }),
    ...more,
  });
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} requests failed`);
  return result;
}

/** Milliseconds a request and of CPU, in turns with the echo: the median of three. */
async function saturated(ours, echo, body) {
  await load(`${ours.url}/v1/decide`, body, { duration: 2 });
  await load(echo.url, body, { duration: 1 });
  const times = { ours: [], theirs: [], oursCpu: [], theirsCpu: [] };
  const one = async (whose, { pid }, url) => {
    const before = cpuOf(pid);
    const { requests } = await load(url, body);
    times[whose].push(1000 / requests.mean);
    times[`${whose}Cpu`].push((cpuOf(pid) - before) / requests.total);
  };
  for (let round = 0; round < 3; round++) {
    await one("theirs", echo, echo.url);
    await one("ours", ours, `${ours.url}/v1/decide`);
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, list.toSorted((a, b) => a - b)[1]]));
}

/** Milliseconds that all threads of a process have run. */
function cpuOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ran = (thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ", 1)[0]);
  return threads.reduce((sum, thread) => sum + ran(thread), 0) / 1e6;
}

const within = (times) => () => quantile(times, 0.99);

/** Milliseconds that 99 % are answered within: the median of three runs, since one stall of the machine is more than 1 % of a run. What asks is warm by then. */
async function steadily(url, body, asked) {
  await steadyLoad(url, body, asked);
  const runs = [];
  for (let run = 0; run < 3; run++) runs.push(quantile(await steadyLoad(url, body, asked), 0.99));
  const [, median] = runs.toSorted((a, b) => a - b);
  return () => median;
}

/** Milliseconds of single waits for the disk, ascending: nothing that is safe can be answered sooner. */
function diskWaits(folder) {
  const file = openSync(join(folder, "waits"), "w");
  const page = Buffer.alloc(8192, 7);
  const times = Float64Array.from({ length: 500 }, () => {
    const start = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  return times.sort();
}

/** How much larger the process is after a million decisions than after the first hundred thousand. */
async function memory({ url, pid }, body) {
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
  await load(`${url}/v1/decide`, body, { amount: 1600 });
  const before = rss();
  const rest = await load(`${url}/v1/decide`, body, { amount: 15_625 });
  return { growth: rss() - before, decisions: 64 * rest["2xx"] };
}
