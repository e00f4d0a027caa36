import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

// Opens a file 50 times, lets go of all of them, and has the collector run: what a long-lived program does to a reader that nobody closes.
const program = `
  import { readdirSync } from "node:fs";
  const { fileBytes } = await import(${JSON.stringify(pathToFileURL(`${root}dist/formats/file.js`).href)});
  const open = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);
  const before = open();
  for (let i = 0; i < 50; i++) await (await fileBytes(${JSON.stringify(`${root}package.json`)})).slice(0, 9);
  for (let i = 0; i < 10; i++) {
    globalThis.gc();
    await new Promise((done) => setTimeout(done, 20));
  }
  const bytes = await fileBytes(${JSON.stringify(`${root}package.json`)});
  await bytes.close();
  await bytes.close();
  const refused = await bytes.slice(0, 1).then(() => "read", (error) => error.code);
  console.log(JSON.stringify({ left: open() - before, refused }));
`;

describe("files that nobody closes", () => {
  let found: { left: number; refused: string };
  beforeAll(() => {
    const { stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", program], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    found = JSON.parse(stdout);
  });

  it.skipIf(process.platform !== "linux")("are closed when they are let go (skipped without /proc)", () => {
    expect(found.left).toBeLessThanOrEqual(2);
  });

  it("give no warning; closing twice is fine, reading after it is not", () => {
    expect(found.refused).toBe("bad-argument");
  });
});
