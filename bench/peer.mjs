// The Python peers: one process that is told over stdin what to time, and answers in JSON lines.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("peers/", import.meta.url));

/** LOGITS_PEERS, else what `bench/peers/setup` made; undefined when there is neither. */
export function peerPython() {
  const candidates = [process.env.LOGITS_PEERS, `${folder}.venv/bin/python`];
  return candidates.find((path) => path && existsSync(path));
}

/** One thread, as everything here is compared on one. */
export const singleThread = {
  OMP_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  NUMEXPR_NUM_THREADS: "1",
  PYTHONDONTWRITEBYTECODE: "1",
};

export class Peers {
  #process;
  #lines;
  #jobs = [];
  /** Names and versions of the libraries that could be imported; the others are missing. */
  versions = {};

  static async start() {
    const python = peerPython();
    const peers = new Peers();
    if (!python) return peers;
    peers.#process = spawn(python, [`${folder}server.py`], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...singleThread },
    });
    peers.#lines = createInterface({ input: peers.#process.stdout })[Symbol.asyncIterator]();
    const { versions, jobs } = await peers.ask({ op: "known" });
    peers.versions = versions;
    peers.#jobs = jobs;
    return peers;
  }

  has(library) {
    return library in this.versions;
  }

  /** Jobs are named after their library: torch_softmax. */
  can(job) {
    return this.has(job.split("_", 1)[0]) && this.#jobs.includes(job);
  }

  async ask(request) {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`The Python peer ended while it was asked for ${request.job ?? request.op}`);
    const answer = JSON.parse(value);
    if (answer.error) throw new Error(`${request.job ?? request.op}: ${answer.error}`);
    return answer;
  }

  /** Something to give to `interleave`. */
  timer(job, args = {}) {
    return (budget, average = "median") => this.ask({ op: "time", job, args, budget, average });
  }

  /** Runs a job once, for what it does or gives. */
  async once(job, args = {}) {
    return (await this.ask({ op: "once", job, args })).value;
  }

  /** Processor time it has used. */
  async seconds() {
    return this.#process ? (await this.ask({ op: "seconds" })).value : 0;
  }

  /** Drops arrays and prepared jobs. */
  async forget() {
    if (this.#process) await this.ask({ op: "forget" });
  }

  async stop() {
    if (!this.#process) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.stdin.end();
    await ended;
  }
}
