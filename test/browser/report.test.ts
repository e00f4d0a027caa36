import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeInBrowser } from "../support/browser.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describeInBrowser("the report in a browser", (browser) => {
  const folder = mkdtempSync(join(tmpdir(), "logits-report-"));
  const file = join(folder, "report.html");

  beforeAll(async () => {
    const cli = (...args: string[]): void => {
      const { status, stderr } = spawnSync(process.execPath, [join(root, "dist/cli/main.js"), ...args], {
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
    };
    cli("calibrate", join(root, "data/spam.val.npz"), "-o", join(folder, "C.json"), "--replicates", "0");
    cli(
      "report",
      join(root, "data/spam.test.npz"),
      "--calibrator",
      join(folder, "C.json"),
      "-o",
      file,
      "--replicates",
      "40",
    );
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(colorScheme: "light" | "dark", width = 1200): Promise<{ page: Page; trouble: string[] }> {
    const page = await browser().newPage({ colorScheme, viewport: { width, height: 900 } });
    const trouble: string[] = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(String(error)));
    page.on("request", (request) => !request.url().startsWith("file:") && trouble.push(`network: ${request.url()}`));
    await page.goto(`file://${file}`);
    return { page, trouble };
  }

  it.each(["light", "dark"] as const)(
    "%s: opens from disk without errors or network, and axe finds nothing serious",
    async (scheme) => {
      const { page, trouble } = await open(scheme);
      await page.evaluate(axe);
      const serious = (await page.evaluate(
        `axe.run().then(({ violations }) => violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 120)).join(" | ")))`,
      )) as string[];
      expect(serious).toEqual([]);
      expect(trouble).toEqual([]);
      await page.close();
    },
  );

  it("every table twin opens by keyboard alone, and the theme turns", async () => {
    const { page } = await open("light");
    const opened = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      const focused = (await page.evaluate(
        `document.activeElement.tagName + ":" + document.activeElement.textContent.slice(0, 40)`,
      )) as string;
      if (focused.startsWith("SUMMARY") || focused.startsWith("BUTTON")) {
        if (!opened.has(focused)) await page.keyboard.press("Enter");
        opened.add(focused);
      }
    }
    expect(await page.locator("details[open]").count()).toBe(await page.locator("details").count());
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.close();
  });

  it("fits a telephone: nothing but tables scrolls sideways", async () => {
    const { page } = await open("light", 390);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    await page.close();
  });
});
