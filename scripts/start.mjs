// `npm start` on a fresh clone: install, build, show what this is for.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./install.mjs";

if (!(await build())) process.exit(1);
const { status } = spawnSync(process.execPath, [join(root, "dist/cli/main.js"), "demo"], {
  cwd: root,
  stdio: "inherit",
});
if (status === 0) console.log("\nIn this clone `logits` is `node dist/cli/main.js`; `npm link` puts it on the PATH.");
process.exit(status ?? 1);
