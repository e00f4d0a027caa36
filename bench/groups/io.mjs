// Reading files: everything that turns bytes into rows of f32.
import { batch, cached } from "../data.mjs";
import { files, formats } from "./library.mjs";

export default async function* io(peers) {
  const { x } = batch(50_000, 1000, 1.4);
  const common = { size: "50,000 × 1,000", ours: rowsOf(x) };
  yield { ...common, name: "npy, 200 MB", peer: "np.load", job: "numpy_load", args: { path: x }, goal: 1.3 };
  yield { forget: true };

  if (!peers.has("numpy")) return;
  const small = batch(5000, 1000, 1.4).x;
  for (const digits of [6, 17]) {
    const csv = await written(peers, `5000x1000.${digits}.csv`, "write_csv", { x: small, digits });
    yield {
      name: `CSV of floats, ${digits} digits`,
      size: "5,000 × 1,000",
      ours: rowsOf(csv),
      peer: "pandas",
      job: "pandas_csv",
      args: { path: csv },
      goal: 0.2,
    };
  }
  if (!peers.has("pyarrow")) return;
  const list = await written(peers, "list.parquet", "write_parquet_list", { x });
  yield {
    ...common,
    name: "Parquet, a list of floats",
    ours: rowsOf(list),
    peer: "pyarrow",
    job: "pyarrow_list",
    args: { path: list },
    goal: 1,
  };
  yield { forget: true };
  const columns = await written(peers, "columns.parquet", "write_parquet_columns", { x });
  yield {
    ...common,
    name: "Parquet, 1,000 plain columns to rows",
    ours: rowsOf(columns),
    peer: "pyarrow",
    job: "pyarrow_columns",
    args: { path: columns },
    goal: 1.5,
  };
  yield { forget: true };
}

async function written(peers, name, job, args) {
  let missing = false;
  const path = cached(name, () => (missing = true));
  if (missing) await peers.once(job, { ...args, path });
  return path;
}

/** Reads a file from the first to the last row, in batches. */
function rowsOf(path) {
  const run = async () => {
    const bytes = await files.fileBytes(path);
    const source = await formats.openSource(bytes, { kind: "logits" });
    let first;
    for await (const { values } of source.batches({ reuse: true })) first ??= values[0];
    await bytes.close();
    return first;
  };
  run.asynchronous = true;
  return run;
}
