import { validateCalibrator } from "../calibrate/index.js";
import { type Calibrator, LogitsError } from "../core/index.js";
import { textOf } from "../formats/file.js";
import type { Invocation } from "./command.js";

/** The document that --calibrator names, checked. */
export async function readCalibratorFile(
  { flags }: Invocation,
  classes: number | readonly string[],
): Promise<Calibrator | undefined> {
  const path = flags["calibrator"];
  if (path === undefined) return undefined;
  const text = await textOf(String(path));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${path}: a calibrator must be a JSON document, got ${(cause as Error).message}`,
      { cause },
    );
  }
  return validateCalibrator(document, classes);
}
