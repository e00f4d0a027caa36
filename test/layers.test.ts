import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));

const steps = ["calibrate", "measure", "triage", "bounds", "sample", "decide", "guard", "conform"];
const below = ["core", "stats", "losses", "formats", "report"];
/** Who may import whom. A folder that is not listed may not exist. */
const mayImport: Record<string, string[]> = {
  kernels: [],
  core: ["kernels"],
  stats: ["core", "kernels"],
  losses: ["core"],
  formats: ["core", "kernels"],
  report: ["core", "stats"],
  calibrate: ["core", "stats"],
  measure: ["core", "stats"],
  triage: ["core", "stats"],
  conform: ["core", "stats"],
  sample: ["core", "stats"],
  decide: ["core", "stats"],
  bounds: ["core", "stats"],
  guard: ["core", "stats"],
  plan: [...below, ...steps],
  engines: ["core", "plan"],
  models: ["core", "formats"],
  // stats: how well evidence from logits tells attacked rows from benign ones.
  learn: ["core", "stats", "losses", "formats", "models"],
  integrations: ["core", "sample", "models"],
  server: ["core", "formats", ...steps, "plan"],
  cli: [...below, ...steps, "plan", "engines", "models", "learn", "integrations", "server", "index.ts"],
  "index.ts": ["core", "formats", ...steps, "plan"],
};
const nodeAllowed = (file: string): boolean =>
  /^(engines|models|server|cli)\//.test(file) || file === "formats/file.ts";
/** Packages, and the one file that may import each. */
const packages: Record<string, RegExp> = {
  hyparquet: /^formats\/(parquet|writeParquet).*\.ts$/,
  "hyparquet-compressors": /^formats\/parquet.*\.ts$/,
  "hyparquet-writer": /^formats\/write.*\.ts$/,
  "@uwdata/flechette": /^formats\/(arrow|writeArrow)\.ts$/,
  pickleparser: /^formats\/pt\.ts$/,
  "@observablehq/plot": /^report\/plot\.ts$/,
  linkedom: /^report\/plot\.ts$/,
  "@mlc-ai/web-xgrammar": /^integrations\/xgrammarLoad\.ts$/,
  tinyglobby: /^cli\/input\.ts$/,
  "node-llama-cpp": /^(models\/(gguf|tapScores)|integrations\/nodeLlamaCpp)\.ts$/,
  "onnxruntime-node": /^models\/onnxRuntime\.ts$/,
  "onnxruntime-web": /^models\/onnxRuntime\.ts$/,
  "onnx-proto": /^models\/onnxGraph\.ts$/,
  pngjs: /^models\/imageFile\.ts$/,
  "jpeg-js": /^models\/imageFile\.ts$/,
  "@huggingface/tokenizers": /^models\/tokenizerJson\.ts$/,
  fastify: /^server\/app\.ts$/,
  pino: /^server\/logger\.ts$/,
  "node-sqlite3-wasm": /^server\/audit\/sqlite\.ts$/,
  "@tensorflow/tfjs-core": /^learn\/tensorflow\.ts$/,
  "@tensorflow/tfjs-backend-wasm": /^learn\/tensorflow\.ts$/,
  // What tests share is no part of the package: it knows it by its public name, as they do.
  logits: /\.fixture\.ts$/,
  vitest: /\.fixture\.ts$/,
};

const files = (readdirSync(src, { recursive: true, encoding: "utf8" }) as string[])
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.endsWith(".generated.ts"));

interface Import {
  file: string;
  to: string;
  /** Nothing is loaded for it. */
  onlyTypes: boolean;
}
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(src, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const found = [
    ...text.matchAll(
      /(?:^|[\s;])(?:import|export)(\s+type)?\s[^"';]*?from\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|^import\s+"([^"]+)"/gm,
    ),
  ];
  return found.map((match) => ({
    file,
    to: (match[2] ?? match[3] ?? match[4])!,
    onlyTypes: match[1] !== undefined,
  }));
});
const folderOf = (file: string): string => file.split("/")[0]!;

describe("layers", () => {
  it("finds the import statements it is meant to judge", () => {
    expect(imports.filter(({ file }) => file === "core/predictions.ts").map(({ to }) => to)).toContain(
      "../kernels/index.js",
    );
  });

  it("every folder of src is one that the rules know", () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => !(folder in mayImport))).toEqual([]);
  });

  it("folders import only what lies below them; steps never import each other", () => {
    const wrong = imports
      .filter(({ to }) => to.startsWith("."))
      .map(({ file, to }) => ({
        file,
        folder: folderOf(file),
        target: relative(src, join(src, dirname(file), to)).replaceAll("\\", "/"),
      }))
      .filter(({ folder, target }) => {
        const to = target.includes("/") ? folderOf(target) : target.replace(/\.js$/, ".ts");
        return to !== folder && !mayImport[folder]!.includes(to);
      })
      .map(({ file, target }) => `${file} → ${target}`);
    expect(wrong).toEqual([]);
  });

  it("node: is imported only where a file system or a process is the point", () => {
    expect(
      imports
        .filter(({ file, to }) => to.startsWith("node:") && !nodeAllowed(file))
        .map(({ file, to }) => `${file} → ${to}`),
    ).toEqual([]);
  });

  it("each package is imported by the file that wraps it and no other", () => {
    const wrong = imports
      .filter(({ to, onlyTypes }) => !onlyTypes && !to.startsWith(".") && !to.startsWith("node:"))
      .filter(
        ({ file, to }) =>
          !packages[
            to
              .split("/")
              .slice(0, to.startsWith("@") ? 2 : 1)
              .join("/")
          ]?.test(file),
      )
      .map(({ file, to }) => `${file} → ${to}`);
    expect(wrong).toEqual([]);
  });
});
