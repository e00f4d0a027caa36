// kernels/assembly → src/kernels/wasm.generated.ts: one WebAssembly module, inlined, so that the API stays synchronous.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./install.mjs";

const folder = join(root, "kernels/assembly");
const target = join(root, "src/kernels/wasm.generated.ts");
const options = [
  ["--optimizeLevel", "3"],
  ["--shrinkLevel", "0"],
  ["--converge"],
  ["--noAssert"],
  ["--runtime", "stub"],
  ["--importMemory"],
  ["--enable", "simd"],
  // Nothing here throws; without this the compiler would still import a function to abort with.
  ["--use", "abort="],
].flat();

/** Compiles the kernels unless what is there was made from the same sources; returns the size of the module in bytes. */
export async function buildKernels() {
  const stamp = fingerprint();
  if (existsSync(target)) {
    const [, made, size] = /made from (\w+), (\d+) bytes/.exec(readFileSync(target, "utf8")) ?? [];
    if (made === stamp) return Number(size);
  }
  const binary = await compile();
  const text = `// Written by scripts/kernels.mjs; made from ${stamp}, ${binary.length} bytes.
/** The module that kernels/assembly compiles to, in base64. */
export const wasm: string =
  "${Buffer.from(binary).toString("base64")}";
`;
  writeFileSync(target, text);
  process.stderr.write(`kernels: ${binary.length} bytes of WebAssembly\n`);
  return binary.length;
}

/** Changes with the sources, the options and the compiler. */
function fingerprint() {
  const hash = createHash("sha256").update(JSON.stringify(options));
  hash.update(readFileSync(join(root, "node_modules/assemblyscript/package.json")));
  for (const file of readdirSync(folder).sort()) hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  return hash.digest("hex").slice(0, 16);
}

async function compile() {
  // Loaded only when needed: the compiler is large.
  const { default: asc } = await import("assemblyscript/asc");
  let binary;
  const { error, stderr } = await asc.main(["index.ts", "--outFile", "kernels.wasm", ...options], {
    readFile: (name, base) => {
      const path = join(folder, base ?? "", name);
      return existsSync(path) ? readFileSync(path, "utf8") : null;
    },
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`The kernels do not compile:\n${stderr}`);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(binary)).map(
    ({ module, name }) => `${module}.${name}`,
  );
  if (imports.join() !== "env.memory") throw new Error(`The kernels must import nothing but memory, not ${imports}`);
  return binary;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const size = await buildKernels();
  process.stdout.write(`src/kernels/wasm.generated.ts holds ${size} bytes of WebAssembly\n`);
}
