import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goldens, hasSharedData, shared } from "./support/sharedData.js";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function logits(args: string[], input?: string): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
    input: input ?? "",
    cwd: folder,
  });
  return { status, out: stdout, err: stderr };
}

const rows = '[3.1,2.9,-1]\n[0.2,-4,1]\n{"logits":[1,2,3],"label":2}';

describe("the command as a person meets it", () => {
  it("without arguments it lists every command, and --help of each has an example", () => {
    const { status, out } = logits([]);
    expect(status).toBe(0);
    const names = [...out.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map((match) => match[1]!);
    expect(names).toEqual([
      "demo",
      "inspect",
      "explain",
      "evaluate",
      "calibrate",
      "apply",
      "triage",
      "threshold",
      "decide",
      "sample",
      "generate",
      "report",
      "convert",
      "run",
      "learn",
      "guard",
      "models",
      "serve",
      "audit",
    ]);
    for (const name of names) {
      const help = logits([name, "--help"]);
      expect(help.status).toBe(0);
      expect(help.out).toMatch(/Examples?:\n {2}logits /);
    }
  });

  it.skipIf(!existsSync("/dev/full"))("standard output that takes nothing is said (skipped without /dev/full)", () => {
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [main, "explain", "[1, 2]"], {
      encoding: "utf8",
      stdio: ["ignore", full, "pipe"],
    });
    closeSync(full);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^logits: Cannot write to standard output: ENOSPC.*\n$/);
  });

  it("--version is the package's", () => {
    const manifest = JSON.parse(readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8"));
    expect(logits(["--version"]).out).toBe(`${manifest.version}\n`);
  });

  it.each([
    [["evalute", "x"], 2, "logits: there is no command evalute. Did you mean evaluate? See logits --help\n"],
    [["help", "evalute"], 2, "logits: there is no command evalute. Did you mean evaluate? See logits --help\n"],
    [["evaluate", "x.npz", "--bin", "3"], 2, "logits evaluate has no --bin. Did you mean --bins?\n"],
    [["evaluate", "--bins", "0", "x.npz"], 2, "logits: --bins must be an integer in [1, 100000], got 0\n"],
    [["evaluate"], 2, "logits evaluate needs FILE…\n"],
    [
      ["evaluate", "missing.npz"],
      3,
      "logits evaluate: Cannot read missing.npz: there is no such file\n  Is the path right? It is looked up from the current folder.\n",
    ],
    [["explain", "[1, NaN]"], 3, undefined],
    [["explain", "[8.2, 1.5", "--json"], 3, undefined],
  ] as [string[], number, string | undefined][])("%j ends with %i and one clear message", (args, status, message) => {
    const result = logits(args);
    expect(result.status).toBe(status);
    expect(result.out).toBe("");
    if (message) expect(result.err).toBe(message);
    expect(result.err).not.toMatch(/\n\s+at /);
    expect(result.err.trim()).not.toBe("");
  });

  it("explains the row that everyone knows", () => {
    const { out } = logits(["explain", "[8.2, 1.5]", "--classes", "cat,dog", "--json"]);
    const { p, probabilities, predicted, logitMargin } = JSON.parse(out);
    expect(predicted).toBe("cat");
    expect((100 * p).toFixed(3)).toBe("99.877");
    expect((100 * probabilities[1]).toFixed(3)).toBe("0.123");
    expect(logitMargin).toBeCloseTo(6.7, 12);
  });

  it("reads JSON lines from standard input", () => {
    const { status, out, err } = logits(
      ["inspect", "-", "--kind", "logits", "--json"],
      rows.split("\n").slice(0, 2).join("\n"),
    );
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ kind: "logits", rows: 2, classes: 3 });
  });
});

describe("a server's logprobs", () => {
  const payloads = fileURLToPath(new URL("./golden/payloads/", import.meta.url));

  it.each(["openai-chat.json", "openai-chat.sse", "ollama.jsonl", "tgi.json", "vllm-flat.json"])(
    "inspect %s says what they are",
    (file) => {
      const { status, out, err } = logits(["inspect", payloads + file, "--vocabulary", "18", "--json"]);
      expect(err).toBe("");
      expect(status).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ kind: "logprobs", tokens: 7, coverage: { mass: { length: 7 } } });
    },
  );

  it("a person reads the same in lines; standard input is a file like any other", () => {
    const { out, err } = logits(
      ["inspect", "-", "--engine", "web-llm"],
      readFileSync(`${payloads}openai-chat.json`, "utf8"),
    );
    expect(out).toMatch(/kind +logprobs of web-llm \(openai-chat\)\nstage +processed\ntokens +7\n/);
    expect(out).toMatch(/entropy +at least 0\.\d+ nats a token\n/);
    expect(err).toContain("web-llm takes them after temperature");
  });

  it("a table on standard input is still a table, and a wrong shape is refused", () => {
    expect(
      JSON.parse(logits(["inspect", "-", "--kind", "logits", "--json"], "[[1.5, 2.5], [3.25, 1]]").out),
    ).toMatchObject({ kind: "logits", rows: 2 });
    const { status, err } = logits(["inspect", `${payloads}tgi.json`, "--shape", "gemini"]);
    expect(status).toBe(3);
    expect(err).toContain("a payload must have those of gemini");
  });
});

describe.skipIf(!hasSharedData)("on a real network's scores (skipped where the shared data are not at hand)", () => {
  const golden = hasSharedData ? goldens()["cifar10-resnet110"] : undefined;
  const val = shared("cifar10-resnet110.val.npz");
  const test = shared("cifar10-resnet110.test.npz");

  it("evaluate --json prints the document and nothing else, equal to the golden", () => {
    const { status, out, err } = logits(["evaluate", test, "--json"]);
    expect(status).toBe(0);
    expect(err).toBe("");
    const { metrics, rows, classes, kind } = JSON.parse(out);
    expect({ rows, classes, kind }).toEqual({ rows: 10000, classes: 10, kind: "logits" });
    expect(metrics.accuracy.value).toBe(golden.test_uncal.accuracy);
    for (const [ours, theirs] of [
      ["nll", "nll_nats"],
      ["ece", "ece15"],
      ["ks", "ks"],
      ["aurc", "aurc_logodds"],
    ] as const) {
      expect(Math.abs(metrics[ours].value - golden.test_uncal[theirs])).toBeLessThan(1e-6);
    }
    expect(metrics.ece.ci[0]).toBeLessThan(metrics.ece.ci[1]);
    expect(metrics.ece.convention).toMatchObject({ bins: 15, edges: "(lo, hi]", norm: "L1" });
  });

  it("calibrate fits on one file, measures on another, and saves a document that evaluate reads", () => {
    const saved = join(folder, "C.json");
    const { status, out } = logits(["calibrate", val, "--eval", test, "-o", saved, "--json"]);
    expect(status).toBe(0);
    const result = JSON.parse(out);
    expect(Math.abs(result.params.temperature / golden.T_star - 1)).toBeLessThan(1e-6);
    expect(result.flips).toBe(0);
    expect(Math.abs(result.eval.after.metrics.nll.value - golden.test_ts.nll_nats)).toBeLessThan(1e-6);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
    const again = JSON.parse(logits(["evaluate", test, "--calibrator", saved, "--json"]).out);
    expect(again.metrics.ece.value).toBeCloseTo(golden.test_ts.ece15, 7);
  });

  it("a calibrator for another number of classes is refused", () => {
    const saved = join(folder, "three.json");
    writeFileSync(
      saved,
      JSON.stringify({
        kind: "calibrator",
        version: 1,
        method: "temperature",
        params: { temperature: 2 },
        classes: ["a", "b", "c"],
      }),
    );
    const { status, err } = logits(["evaluate", test, "--calibrator", saved]);
    expect(status).toBe(3);
    expect(err).toContain("the scores must have its 3 classes, got 10");
  });

  it("two files, a glob and a folder are one table", () => {
    const both = JSON.parse(logits(["inspect", val, test, "--json"]).out);
    expect(both.rows).toBe(15000);
    const glob = JSON.parse(logits(["inspect", val.replace("val.npz", "*.npz"), "--json"]).out);
    expect(glob.rows).toBe(15000);
  });

  it("the threads engine gives what one thread gives", () => {
    const one = JSON.parse(logits(["evaluate", test, "--engine", "local", "--json"]).out);
    const many = JSON.parse(logits(["evaluate", test, "--engine", "threads", "--json"]).out);
    for (const [name, { value, ci }] of Object.entries<{ value: number; ci?: number[] }>(one.metrics)) {
      expect(Math.abs(many.metrics[name].value - value), name).toBeLessThan(1e-12);
      ci?.forEach((bound, side) => expect(Math.abs(many.metrics[name].ci[side] - bound), name).toBeLessThan(1e-12));
    }
    expect(many.confusion).toEqual(one.confusion);
  });

  it("a result that cannot be written leaves nothing behind", () => {
    const { status, err } = logits(["calibrate", val, "-o", join(folder, "no/such/folder/C.json")]);
    expect(status).not.toBe(0);
    expect(err).not.toMatch(/\n\s+at /);
    expect(existsSync(join(folder, "no"))).toBe(false);
  });
});
