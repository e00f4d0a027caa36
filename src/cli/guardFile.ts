import { LogitsError } from "../core/index.js";
import { textOf } from "../formats/file.js";
import { type Guard, validateGuard } from "../guard/index.js";
import { type Invocation, UsageError } from "./command.js";

/** The document that --guard names, checked. */
export async function readGuardFile({ flags }: Invocation, command: string): Promise<Guard> {
  const path = flags["guard"];
  if (path === undefined)
    throw new UsageError(`logits ${command} needs --guard G.json: logits guard fit BENIGN -o G.json makes one`);
  const text = await textOf(String(path));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${path}: a guard must be a JSON document, got ${(cause as Error).message}`,
      { cause },
    );
  }
  return validateGuard(document);
}
