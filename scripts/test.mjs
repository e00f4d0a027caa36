// `npm test` on a fresh clone: install, build, then every check there is; ends with one line that counts them all together.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./install.mjs";

const results = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const bin = (name) => join(root, "node_modules/.bin", name);

function count(name, ok) {
  results[ok ? "passed" : "failed"]++;
  if (!ok) failures.push(name);
}

function step(name, command, args, options = {}) {
  const start = performance.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], ...options });
  process.stdout.write(
    `${status === 0 ? "ok  " : "FAIL"} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`,
  );
  count(name, status === 0);
  return status === 0;
}

const built = await build();
count("build", built);
if (built) {
  step("types", bin("tsc"), ["-p", "tsconfig.json"]);
  step("types, browser only", bin("tsc"), ["-p", "tsconfig.browser.json"]);
  step("lint", bin("oxlint"), ["--deny-warnings", "."]);
  step("formatting", bin("biome"), ["format", "."]);
  step("unused code and exports", bin("knip"), []);

  const reports = mkdtempSync(join(tmpdir(), "logits-test-"));
  const report = join(reports, "vitest.json");
  const vitest = spawnSync(bin("vitest"), ["run", "--reporter=default", "--reporter=json", `--outputFile=${report}`], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  try {
    const summary = JSON.parse(readFileSync(report, "utf8"));
    results.passed += summary.numPassedTests;
    results.failed += summary.numFailedTests;
    results.skipped += summary.numPendingTests + summary.numTodoTests;
    if (summary.numFailedTests > 0) failures.push(`${summary.numFailedTests} tests`);
    // A suite that could not even be loaded fails without a failed test.
    if (vitest.status !== 0 && summary.numFailedTests === 0) count("test files load", false);
  } catch {
    count("tests ran", false);
  }
  rmSync(reports, { recursive: true, force: true });
  step("package", process.execPath, ["scripts/package-check.mjs"]);
}

if (failures.length > 0) process.stdout.write(`failed: ${failures.join(", ")}\n`);
process.stdout.write(
  `${results.passed} passed, ${results.failed} failed${results.skipped ? `, ${results.skipped} skipped` : ""}\n`,
);
process.exit(results.failed === 0 ? 0 : 1);
