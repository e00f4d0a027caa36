import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The built package where no optional package can be found. */
const folder = mkdtempSync(join(tmpdir(), "logits-alone-"));
const root = fileURLToPath(new URL("..", import.meta.url));

beforeAll(() => {
  for (const name of ["core", "formats", "kernels", "learn", "losses", "models", "stats"])
    cpSync(join(root, "dist", name), join(folder, "dist", name), { recursive: true });
  mkdirSync(join(folder, "data"));
  cpSync(join(root, "data/model"), join(folder, "data/model"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "a.png"), Uint8Array.of(0x89, 0x50, 0x4e, 0x47));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function attempt(code: string): { code: string; message: string; hint: string } {
  const script = `import * as m from "./dist/models/index.js"; import * as l from "./dist/learn/index.js"; import { readImage } from "./dist/models/imageFile.js";
    try { await ${code}; console.log("{}"); } catch ({ code, message, hint }) { console.log(JSON.stringify({ code, message, hint })); }`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: folder,
    encoding: "utf8",
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe("without its optional package a model", () => {
  it.each([
    ["m.gguf(m.builtInModel.gguf)", "node-llama-cpp"],
    ["m.onnx(m.builtInModel.onnx)", "onnxruntime-node"],
    ["m.onnxClassifier(m.builtInModel.onnx)", "onnx-proto"],
    [
      'm.openai({ baseURL: "http://127.0.0.1:1", model: "m", tokenizer: "data/model/tokenizer.json" })',
      "@huggingface/tokenizers",
    ],
    ['readImage("a.png")', "pngjs"],
  ])("%s names %s", (code, name) => {
    const got = attempt(code);
    expect(got).toMatchObject({ code: "missing-package", hint: `npm install ${name}` });
    expect(got.message).toContain(`the package ${name} must be installed, and it is not installed`);
  });

  const examples = (shape: string, length: number): string =>
    `{ values: new Float32Array(${length}), shape: ${shape}, labels: Int32Array.of(0, 1), classes: ["a", "b"] }`;

  it.each([
    ["train", `l.train(net, ${examples("[2, 2, 1]", 8)})`, "@tensorflow/tfjs-core"],
    ["load", 'l.load("a.png")', "onnx-proto"],
    ["save", 'l.save(net, "net.onnx")', "onnx-proto"],
  ])("a network can be described, and to %s it names what is missing", (_, code, name) => {
    const got = attempt(
      `Promise.resolve(l.network([l.conv(1), l.linear(2)], { input: [2, 2, 1], classes: ["a", "b"] })).then((net) => ${code})`,
    );
    expect(got).toMatchObject({ code: "missing-package", hint: expect.stringMatching(`^npm install ${name}`) });
  });

  it("a network without convolution is trained in plain TypeScript, unless TensorFlow.js is asked for", () => {
    const trained = (engine: string): { code: string } =>
      attempt(
        `l.train(l.network([l.dense(2), l.linear(2)], { input: [1] }), { ...${examples("[1]", 2)}, classes: ["0", "1"] }, { ${engine} })
          .then(({ network }) => l.predict(network, ${examples("[1]", 2)}))`,
      );
    expect(trained("")).toEqual({});
    expect(trained('engine: "tensorflow"').code).toBe("missing-package");
  });

  it("the built-in model is run in plain TypeScript", () => {
    expect(attempt('m.openModel("built-in").then((model) => model.next([50256, 3347]))')).toEqual({});
  });

  it("openModel names what there is, and what must be fetched", () => {
    expect(attempt('m.openModel("gpt-7")').message).toMatch(/must be built-in, smollm2-135m or a \.gguf/);
  });
});
