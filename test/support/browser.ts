import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";

/** The Chromium of this machine, or the one that CHROMIUM names. */
const executablePath = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
  "/usr/bin/chromium-browser",
].find((path) => path && existsSync(path));

/** Tests in one browser, started before them and closed after them; skipped where there is none. */
export function describeInBrowser(name: string, tests: (browser: () => Browser) => void): void {
  describe.skipIf(!executablePath)(`${name} (skipped where there is no Chromium; CHROMIUM names one)`, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: executablePath!,
        args: [
          "--no-sandbox",
          "--disable-quic",
          "--disable-dev-shm-usage",
          "--no-first-run",
          "--disable-background-networking",
        ],
      });
    });
    afterAll(() => browser?.close());
    tests(() => browser!);
  });
}
