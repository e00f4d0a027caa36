import { formatOfName } from "../../formats/writeTable.js";
import { DONE, type Invocation, type Terminal } from "../command.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { writeOut } from "../writeOut.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [from, output] = invocation.args as [string, string];
  formatOfName(output);
  const source = await openInput(invocation, terminal, [from]);
  const { rows, notes } = await writeOut(output, source);
  for (const note of notes) terminal.err(`${note}\n`);
  const document = { rows, classes: source.classes.length, kind: source.capture.kind, output };
  terminal.out(
    invocation.flags["json"] ? `${toJson(document)}\n` : `Wrote ${rows.toLocaleString("en")} rows to ${output}\n`,
  );
  return DONE;
}
