// The tarball as a user gets it: linted, typed, installed into an empty folder, its command and a five-line script run.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./install.mjs";
import { newcomer } from "./newcomer.mjs";

const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const run = (command, args, cwd = root) =>
  execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
const folder = mkdtempSync(join(tmpdir(), "logits-pack-"));
const check = (what, ok, got) => {
  if (!ok) throw new Error(`${what}: got ${got}`);
  process.stdout.write(`  ${what}\n`);
};

try {
  const [{ filename, size, files }] = JSON.parse(
    run(npm, ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]),
  );
  const tarball = join(folder, filename);
  check(
    `tarball ${(size / 1024).toFixed(0)} KiB, ${files.length} files, no tests`,
    !files.some((f) => /\.test\.(d\.ts|js|ts)/.test(f.path)),
    "test files",
  );
  run(join(root, "node_modules/.bin/publint"), ["run", tarball, "--strict"]);
  check("publint is satisfied", true);
  run(join(root, "node_modules/.bin/attw"), [tarball, "--profile", "esm-only", "--no-color"]);
  check("types resolve (attw, esm only)", true);

  const app = join(folder, "app");
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), '{ "name": "app", "private": true, "type": "module" }\n');
  run(npm, ["install", "--no-audit", "--no-fund", "--loglevel=error", tarball], app);
  writeFileSync(
    join(app, "five-lines.mjs"),
    [
      'import { explain } from "logits";',
      'const calibrator = { method: "temperature", params: { temperature: 1.7 } };',
      'const row = explain([3.1, 2.9, -1], { classes: ["cat", "dog", "bird"], calibrator });',
      "console.log(row.text);",
      "",
    ].join("\n"),
  );
  const text = run(process.execPath, ["five-lines.mjs"], app).trim();
  check(`script says "${text}"`, text === "torn: cat 50.5 % vs dog 44.9 %, 0.20 logits apart", text);
  const hooks = ["transformers-js", "web-llm", "node-llama-cpp"].map((name) => `import "logits/${name}";\n`);
  writeFileSync(join(app, "hooks.mjs"), `${hooks.join("")}console.log("loaded");\n`);
  const loaded = run(process.execPath, ["hooks.mjs"], app).trim();
  check("hooks load without the packages they hook into", loaded === "loaded", loaded);
  writeFileSync(
    join(app, "policy.json"),
    JSON.stringify({
      kind: "policy",
      version: 1,
      method: "threshold",
      params: { positive: ["spam"], threshold: 1.84, above: "block", below: "pass" },
      classes: ["ham", "spam"],
    }),
  );
  writeFileSync(
    join(app, "service.mjs"),
    [
      'import { serve } from "logits/server";',
      'const { url, close } = await serve({ policy: "policy.json", audit: "audit", port: 0, version: "0" });',
      "const body = JSON.stringify({ logits: [-20, 30] });",
      'const headers = { "content-type": "application/json" };',
      'const answer = await fetch(`${url}/v1/decide`, { method: "POST", body, headers });',
      "console.log((await answer.json()).decisions[0].action);",
      "await close();",
      "",
    ].join("\n"),
  );
  const action = run(process.execPath, ["service.mjs"], app).trim();
  check(`service says ${action}, and ends`, action === "block", action);
  const cli = join(app, "node_modules/.bin/logits");
  const json = JSON.parse(run(cli, ["explain", "[8.2, 1.5]", "--classes", "cat,dog", "--json"], app));
  check("command explains [8.2, 1.5] as 99.877 %", Math.abs(json.p - 0.99877) < 5e-6, json.p);
  check("command runs its demo", /calibrat/i.test(run(cli, ["demo"], app)), "no story");
  if (process.platform === "win32")
    process.stdout.write("  skipped: the README's production section is typed into bash\n");
  else {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const { prepared, asked, keys } = await newcomer(readFileSync(join(root, "README.md"), "utf8"), tarball, empty);
    check("README: a threshold is found, and its promise tested", prepared.includes("No promise is broken."), prepared);
    check("README: curl gets a decision", asked.includes('"action":"alert","class":"spam"'), asked);
    const trail = ["logits_audit_head{mac=", "the chain is whole", "1 row decided again, 1 the same"];
    check(
      "README: the trail is whole, and comes out the same",
      trail.every((words) => asked.includes(words)),
      asked,
    );
    check("README: a key is made", keys.trim() !== "", "nothing");
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
