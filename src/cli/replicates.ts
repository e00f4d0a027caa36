import { type Batch, LogitsError, type Replicates, type Source, toLogits } from "../core/index.js";
import { collect } from "../plan/collect.js";
import { type Invocation, type Terminal, UsageError } from "./command.js";
import { list } from "./flags.js";
import { openInput } from "./input.js";

/** Rows of a file, and where there are any their replicates. */
export interface Opened {
  source: Source;
  batch: Batch;
  replicates?: Replicates;
  /** False where a row is the mean of its replicates. */
  atRest: boolean;
}

/**
 * Reads a file for a guard. With --replicates-key, rows are its scores and that 3-D array their replicates. With --axes its scores are replicates, and the row at
 * rest is the one that --replicate names, else the mean of all.
 */
export async function openRows(invocation: Invocation, terminal: Terminal, path: string): Promise<Opened> {
  const { flags } = invocation;
  const key = flags["replicatesKey"];
  if (key !== undefined) {
    const rest = await openInput(without(invocation, ["axes", "replicate"]), terminal, [path], {
      beside: [String(key)],
    });
    const axes = flags["axes"] === undefined ? ["rows", "replicates", "classes"] : list(String(flags["axes"]));
    const kind = rest.capture.kind;
    const copies = await copiesOf((replicate) =>
      openInput(invocation, quiet(terminal), [path], {
        logitsKey: String(key),
        axes,
        replicate,
        kind,
        classes: rest.classes,
      }),
    );
    return { source: rest, batch: await collect(rest), replicates: joined(copies), atRest: true };
  }
  if (flags["axes"] === undefined) {
    const source = await openInput(invocation, terminal, [path]);
    return { source, batch: await collect(source), atRest: true };
  }
  const copies = await copiesOf((replicate) =>
    openInput(invocation, replicate === 0 ? terminal : quiet(terminal), [path], { replicate }),
  );
  const named = flags["replicate"];
  if (named === undefined || named === "mean") {
    const source = await openInput(invocation, quiet(terminal), [path], { replicate: "mean" });
    return { source, batch: await collect(source), replicates: joined(copies), atRest: false };
  }
  const source = await openInput(invocation, quiet(terminal), [path]);
  const others = copies.filter((_, k) => k !== Number(named));
  if (others.length < 2)
    throw new LogitsError(
      "bad-data",
      `Cannot use ${path}: beside the row at rest there must be at least 2 replicates, got ${others.length}`,
    );
  return { source, batch: await collect(source), replicates: joined(others), atRest: true };
}

const without = ({ args, flags }: Invocation, names: string[]): Invocation => ({
  args,
  flags: Object.fromEntries(Object.entries(flags).filter(([name]) => !names.includes(name))),
});

/** The same terminal without messages: they would be said once for each replicate. */
const quiet = (terminal: Terminal): Terminal => ({ ...terminal, err: () => undefined, errIsTty: false });

async function copiesOf(open: (replicate: number) => Promise<Source>): Promise<Batch[]> {
  const first = await open(0);
  if (first.replicates === undefined)
    throw new UsageError("--axes and --replicates-key are for 3-D arrays (rows, replicates, classes): this one is not");
  const copies = [await collect(first)];
  for (let k = 1; k < first.replicates; k++) copies.push(await collect(await open(k)));
  return copies.map(toLogits);
}

function joined(copies: readonly Batch[]): Replicates {
  const { rows, classes } = copies[0]!;
  const values = new Float64Array(rows * copies.length * classes);
  copies.forEach((copy, r) => {
    for (let row = 0; row < rows; row++)
      values.set(copy.values.subarray(row * classes, (row + 1) * classes), (row * copies.length + r) * classes);
  });
  return { values, rows, replicates: copies.length, classes };
}
