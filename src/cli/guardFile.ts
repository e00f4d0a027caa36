import { type Guard, validateGuard } from "../guard/index.js";
import { type Invocation, UsageError } from "./command.js";
import { readJsonFile } from "./jsonFile.js";

/** The document that --guard names, checked. */
export async function readGuardFile({ flags }: Invocation, command: string): Promise<Guard> {
  const path = flags["guard"];
  if (path === undefined)
    throw new UsageError(`logits ${command} needs --guard G.json: logits guard fit BENIGN -o G.json makes one`);
  return validateGuard(await readJsonFile(String(path), "a guard"));
}
