import { UsageError } from "../command.js";

/** Without a command below it there is nothing to do. */
export async function run(): Promise<number> {
  throw new UsageError("logits guard needs a command, fit, score or evaluate: see logits guard --help");
}
