import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** All faults, as `npm run faults` asks for, or the few of `npm test`. */
export const all: boolean = process.env["LOGITS_FAULTS"] === "all";

export const classes = ["normal", "dos", "probe"];

/** A policy that alerts where P(dos or probe) is at least that of these log-odds. */
export function policy(threshold: number, names: string[] = classes): object {
  return {
    kind: "policy",
    version: 1,
    method: "threshold",
    params: { positive: names.slice(1), threshold, above: "alert", below: "pass" },
    classes: names,
  };
}

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "logits-faults-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeJson(path: string, document: unknown): string {
  writeFileSync(path, JSON.stringify(document));
  return path;
}

/** A service in a process of its own. */
export interface Served {
  process: ChildProcess;
  url: string;
  port: number;
  log(): string;
  agent: Agent;
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** Its exit status, null when a signal ended it. */
  ended: Promise<number | null>;
}

/** Starts the built command and waits until it listens. */
export async function served(argv: string[], { shell = "" }: { shell?: string } = {}): Promise<Served> {
  const words = [process.execPath, main, "serve", "--port", "0", ...argv];
  const [command, ...rest] = shell === "" ? words : ["bash", "-c", `${shell}; exec "$@"`, "bash", ...words];
  const child = spawn(command!, rest, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const found = /listening on (http\S+),/.exec(log);
      if (found) resolve(found[1]!);
    });
    child.once("exit", (code) => reject(new Error(`the service ended with ${code}: ${log}`)));
  });
  const agent = new Agent({ keepAlive: true });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const kill = async (signal: NodeJS.Signals): Promise<number | null> => {
    agent.destroy();
    child.kill(signal);
    return ended;
  };
  onTestFinished(async () => void (await kill("SIGKILL")));
  return { process: child, url, port: Number(new URL(url).port), log: () => log, agent, kill, ended };
}

export interface Reply {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

/** One request; rejects when the connection ends before the answer. */
export function ask(
  { url, agent }: Pick<Served, "url" | "agent">,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url + path,
      {
        agent,
        method: body === undefined ? "GET" : "POST",
        headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        answer.on("end", () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
        answer.on("error", reject);
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Decides about one row by name, again and again from several connections; gives the ids whose answer arrived. */
export function load(
  service: Served,
  name: string,
  { connections = 4, pause = 0 }: { connections?: number; pause?: number } = {},
): { acknowledged: string[]; statuses: Map<number, number>; stop(): Promise<void> } {
  const acknowledged: string[] = [];
  const statuses = new Map<number, number>();
  const stopped = new AbortController();
  let count = 0;
  const one = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const id = `${name}-${count++}`;
      try {
        const { status } = await ask(service, "/v1/decide", JSON.stringify({ id, logits: [1.5, -0.25, count % 7] }));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 200) acknowledged.push(id);
      } catch {
        // The connection ended: nothing was acknowledged.
        return;
      }
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  const running = Array.from({ length: connections }, one);
  return {
    acknowledged,
    statuses,
    async stop() {
      stopped.abort();
      await Promise.all(running);
    },
  };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean> | boolean, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("waited in vain");
    await sleep(25);
  }
}
