// kernels/assembly → src/kernels/wasm.generated.ts and kernels/gradients → src/learn/wasm.generated.ts: a WebAssembly module each, inlined, so that the API stays
// synchronous.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./install.mjs";

const modules = [
  { source: "kernels/assembly", target: "src/kernels/wasm.generated.ts" },
  // Works in the memory of another module, so it may keep nothing there.
  { source: "kernels/gradients", target: "src/learn/wasm.generated.ts", stateless: true },
];
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

/** Compiles each module unless what is there was made from the same sources. */
export async function buildKernels() {
  for (const module of modules) await buildModule(module);
}

/** Returns the size of the module in bytes. */
async function buildModule({ source, target, stateless }) {
  const folder = join(root, source);
  const path = join(root, target);
  const stamp = fingerprint(folder);
  if (existsSync(path)) {
    const [, made, size] = /made from (\w+), (\d+) bytes/.exec(readFileSync(path, "utf8")) ?? [];
    if (made === stamp) return Number(size);
  }
  const binary = await compile(folder);
  if (stateless) checkStateless(binary, source);
  const text = `// Written by scripts/kernels.mjs; made from ${stamp}, ${binary.length} bytes.
/** The module that ${source} compiles to, in base64. */
export const wasm: string =
  "${Buffer.from(binary).toString("base64")}";
`;
  writeFileSync(path, text);
  process.stderr.write(`${source}: ${binary.length} bytes of WebAssembly\n`);
  return binary.length;
}

/** Starting the module must leave its memory as it was. */
function checkStateless(binary, source) {
  const memory = new WebAssembly.Memory({ initial: 16 });
  new Uint8Array(memory.buffer).fill(1);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  if (Object.keys(exports).length === 0 || new Uint8Array(memory.buffer).some((byte) => byte !== 1))
    throw new Error(`${source} must keep nothing in memory`);
}

/** Changes with the sources, the options and the compiler. */
function fingerprint(folder) {
  const hash = createHash("sha256").update(JSON.stringify(options));
  hash.update(readFileSync(join(root, "node_modules/assemblyscript/package.json")));
  for (const file of readdirSync(folder).sort()) hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  return hash.digest("hex").slice(0, 16);
}

async function compile(folder) {
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
  for (const module of modules)
    process.stdout.write(`${module.target} holds ${await buildModule(module)} bytes of WebAssembly\n`);
}
