import { UsageError } from "../command.js";

export async function run(): Promise<number> {
  throw new UsageError("logits audit needs a command: verify, replay or export. See logits audit --help");
}
