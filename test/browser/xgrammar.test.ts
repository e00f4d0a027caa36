import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeInBrowser } from "../support/browser.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

const page = `<!doctype html><title>grammar</title>
<script type="importmap">{"imports": {"@mlc-ai/web-xgrammar": "/node_modules/@mlc-ai/web-xgrammar/lib/index.js"}}</script>
<script type="module">
  import { grammar } from "/dist/integrations/xgrammar.js";
  const state = await grammar({ jsonSchema: { enum: ["a", "b"] } }, { vocabulary: ['"', "a", "b", "c", "</s>"], eos: [4] });
  const words = [];
  for (const id of [0, 1, 0, 4]) {
    words.push((await state.mask())[0] & 31);
    state.accept(id);
  }
  globalThis.found = { words, ended: state.isTerminated };
</script>`;

describeInBrowser("a grammar in a browser", (browser) => {
  let server: Server;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = normalize(new URL(request.url!, "http://host").pathname);
      if (path === "/") return response.setHeader("content-type", "text/html").end(page);
      const file = join(root, path);
      if (!existsSync(file)) return response.writeHead(404).end();
      return response.setHeader("content-type", "text/javascript").end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterAll(() => {
    server?.close();
  });

  it("runs as it does in Node, without a bundler", async () => {
    const tab = await browser().newPage();
    const errors: string[] = [];
    tab.on("pageerror", (error) => errors.push(error.message));
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await tab.waitForFunction("globalThis.found", undefined, { timeout: 20_000 }).catch(() => undefined);
    expect(errors).toEqual([]);
    // A quote; a or b; a quote; the end.
    expect(await tab.evaluate("globalThis.found")).toEqual({ words: [0b1, 0b110, 0b1, 0b10000], ended: true });
  });
});
