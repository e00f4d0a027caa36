import { LogitsError } from "../core/index.js";
import { textOf } from "../formats/file.js";

/**
 * The JSON document in a file.
 *
 * @param what it must be, as in "a calibrator".
 */
export async function readJsonFile(path: string, what: string): Promise<unknown> {
  const text = await textOf(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${path}: ${what} must be a JSON document, got ${(cause as Error).message}`,
      { cause },
    );
  }
}
