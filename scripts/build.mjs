// kernels and src → dist.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureInstalled, root } from "./install.mjs";
import { buildKernels } from "./kernels.mjs";

export async function build() {
  ensureInstalled();
  await buildKernels();
  const tsc = spawnSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"],
    {
      cwd: root,
      stdio: ["ignore", 2, 2],
    },
  );
  if (tsc.status !== 0) return false;
  removeOrphans(join(root, "dist"));
  chmodSync(join(root, "dist/cli/main.js"), 0o755);
  return true;
}

// A file renamed in src would otherwise live on in dist, and in the package.
function removeOrphans(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      removeOrphans(path);
      continue;
    }
    const source = relative(join(root, "dist"), path).replace(/(\.d\.ts|\.js|\.js\.map|\.d\.ts\.map)$/, ".ts");
    if (!existsSync(join(root, "src", source))) rmSync(path);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exit((await build()) ? 0 : 1);
