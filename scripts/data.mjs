// `npm run data`: makes the files of data/ again from the packages they come from; NAMES after it make some of them only. `--check` compares instead of
// writing; `--animals FILE` says where CIFAR-10's cats, dogs and birds are.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fashion } from "./data/fashion.mjs";
import { languages } from "./data/languages.mjs";
import { animals, clothes } from "./data/networks.mjs";
import { members, npz } from "./data/npz.mjs";
import { installPackages } from "./data/packages.mjs";
import { lines } from "./data/png.mjs";
import { spam } from "./data/spam.mjs";
import { root } from "./install.mjs";

const { values: flags, positionals: asked } = parseArgs({
  options: { check: { type: "boolean" }, animals: { type: "string" } },
  allowPositionals: true,
});
const all = ["languages", "spam", "fashion-mnist", "clothes", "animals"];
const unknown = asked.find((name) => !all.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`There is no ${unknown} to make: ${all.join(", ")}\n`);
  process.exit(2);
}
const folder = join(root, "data");
let failed = false;

installPackages();
mkdirSync(join(folder, "learn"), { recursive: true });
for (const [name, make] of Object.entries({ languages, spam })) {
  if (!isAsked(name)) continue;
  const dataset = await make();
  for (const split of ["val", "test"]) {
    const rows = dataset.rows.filter((row) => row.split === split);
    keep(`${name}.${split}.npz`, arraysOf(dataset, rows));
  }
  keepAll(dataset.more ?? {});
}
if (isAsked("fashion-mnist") || isAsked("clothes")) {
  const drawn = fashion();
  if (isAsked("fashion-mnist")) keep("fashion-mnist.npz", drawn.pictures);
  if (isAsked("clothes")) keepAll(await clothes(drawn), "learn/");
}
if (isAsked("animals")) {
  const files = await animals(flags.animals);
  if (files) keepAll(files, "learn/");
  else
    process.stdout.write(
      "learn/animals.*: left as they are: there are no pictures of CIFAR-10 here (--animals FILE)\n",
    );
}
process.exit(failed ? 1 : 0);

function isAsked(name) {
  return asked.length === 0 || asked.includes(name);
}

function keepAll(files, place = "") {
  for (const [name, content] of Object.entries(files)) keep(place + name, content);
}

/** Writes a file, arrays or bytes, or compares it with the one that is there. */
function keep(name, content) {
  const bytes = Buffer.isBuffer(content) ? content : npz(content);
  const path = join(folder, name);
  const verdict = flags.check ? compare(path, bytes) : (writeFileSync(path, bytes), "written");
  process.stdout.write(`${name}: ${bytes.length} bytes, ${verdict}\n`);
}

function arraysOf({ classes, sliceName }, rows) {
  return {
    logits: { values: Float32Array.from(rows.flatMap(({ logits }) => Array.from(logits))), columns: classes.length },
    labels: Int32Array.from(rows, ({ label }) => label),
    ids: rows.map(({ id }) => id),
    [sliceName]: rows.map(({ slice }) => slice),
    classes,
  };
}

/** Same bytes, or at least the same arrays: another zlib may pack them otherwise. */
function compare(path, bytes) {
  const there = readFileSync(path);
  if (there.equals(bytes)) return "same bytes";
  if (path.endsWith(".npz")) {
    const made = members(bytes);
    const stored = members(there);
    const different = Object.keys(made).filter((name) => !stored[name]?.equals(made[name]));
    if (different.length === 0) return "same arrays, packed otherwise";
    failed = true;
    return `DIFFERENT: ${different.join(", ")}`;
  }
  if (path.endsWith(".png") && lines(there).equals(lines(bytes))) return "same picture, packed otherwise";
  failed = true;
  return "DIFFERENT";
}
