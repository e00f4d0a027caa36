import { writeFile } from "../../formats/file.js";
import { exported } from "../../server/audit/replay.js";
import { DONE, type Invocation, type Terminal } from "../command.js";

export async function run({ args, flags }: Invocation, terminal: Terminal): Promise<number> {
  const lines = exported(args[0]!);
  const to = flags["output"];
  if (to === undefined) {
    for (const line of lines) terminal.out(`${line}\n`);
    return DONE;
  }
  let count = 0;
  await writeFile(String(to), async (sink) => {
    for (const line of lines) {
      await sink.write(new TextEncoder().encode(`${line}\n`));
      count++;
    }
  });
  terminal.err(`wrote ${count.toLocaleString("en")} records to ${to}\n`);
  return DONE;
}
