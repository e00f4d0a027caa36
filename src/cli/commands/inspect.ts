import { inspect } from "../../plan/inspect.js";
import { DONE, type Invocation, type Terminal } from "../command.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  if (await inspectModel(invocation, terminal)) return DONE;
  const source = await openInput(invocation, terminal);
  const found = await inspect(source);
  if (invocation.flags["json"]) {
    terminal.out(`${toJson(found)}\n`);
    return DONE;
  }
  const number = (value: number): string =>
    Number(value.toPrecision(6)).toLocaleString("en", { maximumSignificantDigits: 6 });
  const lines: [string, string][] = [
    ["kind", found.kind],
    ["rows", found.rows.toLocaleString("en")],
    ["classes", `${found.classes.toLocaleString("en")} (${shorten(found.classNames)})`],
    ["stored as", found.dtype ?? "unknown"],
    ["range", `${number(found.ranges.min)} … ${number(found.ranges.max)}`],
    ["row sums", `${number(found.ranges.rowSum[0])} … ${number(found.ranges.rowSum[1])}`],
  ];
  if (found.labels)
    lines.push(["labels", `from ${found.labels.from}, ${found.labels.present} of ${found.classes} classes present`]);
  else lines.push(["labels", "none"]);
  if (found.accuracy !== undefined) lines.push(["accuracy", `${(100 * found.accuracy).toFixed(2)} %`]);
  if (found.masked > 0)
    lines.push(["masked", `${found.masked.toLocaleString("en")} rows have a masked class (−Infinity)`]);
  if (found.ties > 0)
    lines.push([
      "ties",
      `${found.ties.toLocaleString("en")} rows have two equal largest scores; the lowest index counts as the winner`,
    ]);
  for (const [name, value] of lines) terminal.out(`${name.padEnd(10)} ${value}\n`);
  return DONE;
}

/** A model is no table: it is shown as what it is. */
async function inspectModel({ args, flags }: Invocation, terminal: Terminal): Promise<boolean> {
  const [path] = args;
  if (args.length !== 1 || !/\.gguf$/i.test(path!)) return false;
  const [{ fileBytes }, { isGguf, showGguf }] = await Promise.all([
    import("../../formats/file.js"),
    import("../ggufCard.js"),
  ]);
  const bytes = await fileBytes(path!);
  try {
    if (!(await isGguf(bytes))) return false;
    await showGguf(bytes, flags["json"] === true, terminal);
    return true;
  } finally {
    await bytes.close();
  }
}

function shorten(names: string[]): string {
  return names.length <= 8 ? names.join(", ") : `${names.slice(0, 4).join(", ")}, … ${names.at(-1)}`;
}
