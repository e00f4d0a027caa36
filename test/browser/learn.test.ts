import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createViteServer } from "vitest/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as learn from "logits/learn";
import { describeInBrowser } from "../support/browser.js";
import { toyTraining } from "../support/toyTraining.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

// What a program would write for a bundler; a worker has no import map.
const worker = `
import * as learn from "/dist/learn/index.js";
import { toyTraining } from "/test/support/toyTraining.ts";
import * as ort from "onnxruntime-web/wasm";
import { getKernel } from "@tensorflow/tfjs-core";

self.onmessage = async () => {
  try {
    await learn.prepare({ wasmFolder: "/node_modules/@tensorflow/tfjs-backend-wasm/dist/" });
    const { net, losses, logits, values } = await toyTraining(learn);
    const bytes = await learn.toOnnx(net);
    const again = await learn.fromOnnx(bytes);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
    const session = await ort.InferenceSession.create(bytes);
    const [height, width, channels] = net.input;
    const rows = values.length / (height * width * channels);
    const x = new Float32Array(values.length);
    for (let at = 0; at < x.length; at++) {
      const [c, pixel] = [at % channels, Math.floor(at / channels)];
      const [row, place] = [Math.floor(pixel / (height * width)), pixel % (height * width)];
      x[(row * channels + c) * height * width + place] = values[at];
    }
    const outputs = await session.run({ x: new ort.Tensor("float32", x, [rows, channels, height, width]) });
    const arrays = (of) => JSON.stringify(of.parameters.map((array) => [...array]));
    postMessage({ losses, logits, onnx: [...outputs.logits.data], same: arrays(again) === arrays(net), own: getKernel("LogitsConvWeights", "wasm") !== undefined });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
};`;

const page = `<!doctype html><title>learn</title><script type="module">
  const worker = new Worker("/learn-worker.js", { type: "module" });
  worker.onmessage = ({ data }) => (globalThis.found = data);
  worker.onerror = ({ message }) => (globalThis.found = { error: message });
  worker.postMessage("start");
</script>`;

interface Found {
  error?: string;
  losses: number[];
  logits: number[];
  onnx: number[];
  same: boolean;
  /** Whether our own kernels are at work. */
  own: boolean;
}

function furthest(some: number[], others: number[]): number {
  expect(some.length).toBe(others.length);
  return Math.max(...some.map((value, i) => Math.abs(value - others[i]!)));
}

describeInBrowser("training in a browser's worker", (browser) => {
  const cacheDir = mkdtempSync(join(tmpdir(), "logits-vite-"));
  let server: Awaited<ReturnType<typeof createViteServer>>;
  let found: Found;
  let here: Awaited<ReturnType<typeof toyTraining>>;

  beforeAll(async () => {
    server = await createViteServer({
      root,
      cacheDir,
      configFile: false,
      logLevel: "error",
      appType: "custom",
      server: { host: "127.0.0.1", port: 0, hmr: false, watch: null },
      optimizeDeps: {
        entries: [],
        include: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm", "onnx-proto", "onnxruntime-web/wasm"],
      },
      plugins: [
        {
          name: "pages of this test",
          resolveId: (id) => (id === "/learn-worker.js" ? id : undefined),
          load: (id) => (id === "/learn-worker.js" ? worker : undefined),
          configureServer({ middlewares }) {
            middlewares.use(
              "/learn.html",
              (_, response) => void response.setHeader("content-type", "text/html").end(page),
            );
          },
        },
      ],
    });
    await server.listen();
    const tab = await browser().newPage();
    await tab.goto(`${server.resolvedUrls!.local[0]}learn.html`);
    await tab.waitForFunction("globalThis.found", undefined, { timeout: 100_000 });
    found = (await tab.evaluate("globalThis.found")) as Found;
    await tab.close();
    here = await toyTraining(learn);
  });

  afterAll(async () => {
    await server?.close();
    rmSync(cacheDir, { recursive: true, force: true });
  });

  it("gives the losses and logits of Node", () => {
    expect(found.error).toBeUndefined();
    expect(found.own).toBe(true);
    // The exponentials of two JavaScript engines may differ in their last bit; where they do not the logits are the same to the bit.
    expect(furthest(found.losses, here.losses)).toBeLessThanOrEqual(1e-9);
    expect(furthest(found.logits, here.logits)).toBeLessThanOrEqual(1e-5);
  });

  it("writes an ONNX file that gives back the network, and whose logits in ONNX Runtime are near its own", () => {
    expect(found.same).toBe(true);
    expect(furthest(found.onnx, found.logits)).toBeLessThanOrEqual(1e-4);
  });
});
