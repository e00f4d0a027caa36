import { type Invocation, type Terminal, UsageError } from "../command.js";

export async function run(_: Invocation, __: Terminal): Promise<number> {
  throw new UsageError("logits audit needs a command: verify, replay or export. See logits audit --help");
}
