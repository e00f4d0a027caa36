import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { hasSharedData, shared } from "./support/sharedData.js";

interface Rates {
  contract: { blocked: number; fpr: number; recall: number; precision: number };
  plain: { blocked: number; fpr: number; recall: number; precision: number };
  honest: number;
}
interface Seen {
  contract: "holds" | "revoked";
  action: string;
  plain: string;
  reason: string;
}
interface Firewall {
  change: number;
  labels: number;
  home: Rates & { error: number };
  unpromised: Rates;
  after: Rates;
  error: number;
  shadowBlocks: number;
  revoked?: { row: number; delay: number; reason: string };
  seen: Seen[];
  lines: string[];
}

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

describe("examples/firewall", () => {
  /** In a process of its own, on what is built: the service keeps its trail in a thread. */
  function told(given: string): Firewall {
    const script = `
      import { firewall } from "./examples/firewall/firewall.mjs";
      import { ofFiles } from "./examples/firewall/scores.mjs";
      const lines = [];
      const result = await firewall({ ${given} say: (line) => lines.push(line) });
      process.stdout.write(JSON.stringify({ ...result, lines }));`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: file(""),
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    return JSON.parse(stdout) as Firewall;
  }

  function expectsRevocation({ change, revoked, seen, labels }: Firewall, within: number): void {
    expect(revoked, "the alarm must ring").toBeDefined();
    const { row, delay, reason } = revoked!;
    expect(row).toBeGreaterThan(change);
    expect(delay).toBe(row - change);
    expect(delay).toBeLessThanOrEqual(within);
    expect(reason).toMatch(/^since row \d+ of the stream: by \w+, about /);
    seen.forEach(({ contract, reason: said }, at) => {
      expect(contract).toBe(at < row ? "holds" : "revoked");
      expect(said.includes("The contract was revoked on")).toBe(at >= row);
    });
    expect(labels).toBe(seen.length);
  }

  it("keeps its promise at home, and withdraws it soon after the world has changed, never before", () => {
    const story = told("");
    expectsRevocation(story, 500);
    const { home, after, error, shadowBlocks, seen, lines } = story;
    // At most 1 % by contract: the share of these 3,000 may be above by chance.
    expect(home.contract.fpr).toBeLessThan(0.01 + 3 * Math.sqrt((0.01 * 0.99) / home.honest));
    expect(home.contract.recall).toBeGreaterThan(home.plain.recall);
    expect(after.contract.fpr).toBeGreaterThan(0.02);
    expect(after.contract.recall).toBeLessThan(home.contract.recall - 0.3);
    expect(after.plain.precision).toBeLessThan(home.plain.precision - 0.1);
    expect(error).toBeGreaterThan(2 * home.error);
    expect(shadowBlocks).toBe(seen.filter(({ plain }) => plain === "block").length);
    expect(lines.filter((line) => line.startsWith("The alarm rings."))).toHaveLength(1);
  });

  const paths = ["calibration", "test", "attack-pgd-eps0.3"].map((name) => shared(`nslkdd.${name}.npz`));
  it.skipIf(!hasSharedData)(
    "says of NSL-KDD that attacks which pass as normal have come, and what they cost (skipped where the shared data are not)",
    () => {
      const story = told(
        `scores: await ofFiles(${JSON.stringify(paths)}, { classes: ["normal", "dos", "probe", "r2l", "u2r"] }),`,
      );
      expectsRevocation(story, 1999);
      expect(story.home.contract.recall).toBeGreaterThan(0.99);
      expect(story.after.contract.recall).toBeLessThan(0.9);
      expect(story.after.contract.fpr).toBeLessThan(0.02);
    },
  );
});

interface Interval {
  value: number;
  ci: [number, number];
}
interface Found {
  benign: { fpr: Record<"1" | "5", Interval> };
  attacks: { name: string; rows: number; detectors: { margin: { auroc: number; tpr: Record<"1" | "5", Interval> } } }[];
  caveat: string;
}

describe("examples/mail-scanner", () => {
  it("says how far good words carry, and what a guard sees of each attack, the adaptive one among them", async () => {
    const path = "../examples/mail-scanner/mail-scanner.mjs";
    const { mailScanner } = (await import(path)) as {
      mailScanner(options: { say(line: string): void }): Promise<{
        plainly: { spam: number; ham: number };
        curves: Record<"white" | "black", { words: number; share: number }[]>;
        stale: Found;
        found: Found;
      }>;
    };
    const lines: string[] = [];
    const { plainly, curves, stale, found } = await mailScanner({ say: (line) => lines.push(line) });
    expect(plainly.ham).toBeLessThan(0.01);
    for (const curve of [curves.white, curves.black]) {
      expect(curve[0]!.share).toBe(0);
      expect(curve.at(-1)!.share).toBeGreaterThan(0.5);
    }
    curves.white.slice(1).forEach(({ share }, k) => expect(share).toBeGreaterThan(curves.black[k + 1]!.share));

    // Valid on mail of the same months; on mail that has drifted not.
    for (const [level, rate] of [
      ["1", 0.01],
      ["5", 0.05],
    ] as const)
      expect(found.benign.fpr[level].ci[0]).toBeLessThanOrEqual(rate);
    expect(stale.benign.fpr["5"].ci[0]).toBeGreaterThan(0.05);

    const of = (name: string): Found["attacks"][number]["detectors"]["margin"] =>
      found.attacks.find((attack) => attack.name === name)!.detectors.margin;
    expect(of("white, 50 words").tpr["5"].ci[0]).toBeGreaterThan(0.7);
    expect(of("white, minimal").tpr["5"].value).toBeGreaterThan(0.15);
    expect(of("white, minimal").tpr["5"].value).toBeLessThan(0.4);
    expect(of("black, 50 words").tpr["5"].ci[1]).toBeLessThan(0.1);
    expect(of("white, adaptive").tpr["5"].value).toBe(0);
    expect(of("white, adaptive").auroc).toBeLessThan(0.5);
    expect(lines.at(-1)).toContain("Logits alone do not stop an adaptive attacker");
    expect(lines.join("\n")).not.toMatch(/\bmean\b|on average/i);
  });
});

describe("examples/agent-gate", () => {
  it("promises what a tiny model can keep, and lets calls proceed, has them asked or refuses them, each with its sentence", async () => {
    const path = "../examples/agent-gate/agent-gate.mjs";
    type Action = "proceed" | "ask" | "refuse";
    const { agentGate } = (await import(path)) as {
      agentGate(options: { say(line: string): void }): Promise<{
        runtime: string;
        before: { accuracy: number; confidence: number };
        after: { confidence: number };
        promises: { risk: number; met: boolean }[];
        counts: Record<Action, { calls: number; wrong: number }>;
        calls: { decision: { action: Action; class: string; reason: string; p: number } }[];
      }>;
    };
    const lines: string[] = [];
    const { runtime, before, after, promises, counts, calls } = await agentGate({ say: (line) => lines.push(line) });
    expect(runtime).toBe("llama.cpp");
    expect(before.accuracy).toBeGreaterThan(0.45);
    expect(before.confidence - before.accuracy).toBeGreaterThan(0.1);
    expect(after.confidence).toBeLessThan(before.confidence);
    expect(promises[0]).toEqual({ risk: 0.05, met: false });
    expect(promises.at(-1)!.met).toBe(true);

    for (const action of ["proceed", "ask", "refuse"] as const) expect(counts[action].calls).toBeGreaterThan(0);
    const rate = ({ calls: all, wrong }: { calls: number; wrong: number }): number => wrong / all;
    expect(rate(counts.proceed)).toBeLessThan(rate(counts.ask));
    for (const { decision } of calls) {
      expect(decision.reason.endsWith(`${decision.action}.`)).toBe(true);
      if (decision.action === "proceed") expect(decision.class).not.toBe("show_to_mess");
      if (decision.action === "refuse") expect(decision.class).toBe("show_to_mess");
    }
    expect(lines.join("\n")).toMatch(/^At most 5\.0 % .* refused: /m);
  });
});
