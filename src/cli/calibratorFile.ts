import { validateCalibrator } from "../calibrate/index.js";
import type { Calibrator } from "../core/index.js";
import type { Invocation } from "./command.js";
import { readJsonFile } from "./jsonFile.js";

/** The document that --calibrator names, checked. */
export async function readCalibratorFile(
  { flags }: Invocation,
  classes: number | readonly string[],
): Promise<Calibrator | undefined> {
  const path = flags["calibrator"];
  if (path === undefined) return undefined;
  return validateCalibrator(await readJsonFile(String(path), "a calibrator"), classes);
}
