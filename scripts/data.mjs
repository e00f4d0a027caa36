// `npm run data`: makes data/*.npz again from the packages they come from. `--check` compares instead of writing.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fashion } from "./data/fashion.mjs";
import { languages } from "./data/languages.mjs";
import { members, npz } from "./data/npz.mjs";
import { installPackages } from "./data/packages.mjs";
import { spam } from "./data/spam.mjs";
import { root } from "./install.mjs";

const check = process.argv.includes("--check");
const folder = join(root, "data");
let failed = false;

installPackages();
mkdirSync(folder, { recursive: true });
for (const dataset of [await languages(), await spam()]) {
  for (const split of ["val", "test"]) {
    const rows = dataset.rows.filter((row) => row.split === split);
    keep(`${dataset.name}.${split}.npz`, arraysOf(dataset, rows), `${rows.length} rows`);
  }
  for (const [name, arrays] of Object.entries(dataset.more ?? {}))
    keep(`${name}.npz`, arrays, `${arrays.labels.length} rows`);
}
const pictures = fashion();
keep(
  "fashion-mnist.npz",
  pictures,
  `${pictures.train_labels.length} + ${pictures.val_labels.length} + ${pictures.test_labels.length} pictures`,
);
process.exit(failed ? 1 : 0);

/** Writes a file, or compares it with the one that is there. */
function keep(name, arrays, what) {
  const bytes = npz(arrays);
  const path = join(folder, name);
  const verdict = check ? compare(path, bytes) : (writeFileSync(path, bytes), "written");
  process.stdout.write(`${name}: ${what}, ${bytes.length} bytes, ${verdict}\n`);
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
  const made = members(bytes);
  const stored = members(there);
  const different = Object.keys(made).filter((name) => !stored[name]?.equals(made[name]));
  if (different.length === 0) return "same arrays, packed otherwise";
  failed = true;
  return `DIFFERENT: ${different.join(", ")}`;
}
