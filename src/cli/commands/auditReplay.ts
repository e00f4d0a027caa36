import { counted } from "../counted.js";
import { replayTrail } from "../../server/audit/replay.js";
import { DONE, CHECK_FAILED, type Invocation, type Terminal } from "../command.js";

export async function run({ args, flags }: Invocation, terminal: Terminal): Promise<number> {
  const replay = replayTrail(args[0]!, flags["id"] === undefined ? undefined : String(flags["id"]));
  if (flags["json"]) terminal.out(`${JSON.stringify(replay)}\n`);
  else {
    const { rows, same, withoutScores, differ } = replay;
    terminal.out(
      `${counted(rows, "row")} decided again, ${same.toLocaleString("en")} the same, ${differ.length.toLocaleString("en")} otherwise\n`,
    );
    for (const { seq, id, row, recorded, now } of differ.slice(0, 20))
      terminal.out(
        `record ${seq}, ${id} row ${row}: recorded ${JSON.stringify(recorded)}, now ${JSON.stringify(now)}\n`,
      );
    if (withoutScores > 0)
      terminal.out(`note: ${withoutScores.toLocaleString("en")} rows have only a hash of their scores\n`);
  }
  return replay.differ.length === 0 ? DONE : CHECK_FAILED;
}
