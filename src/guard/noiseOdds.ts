import { type Json, LogitsError } from "../core/index.js";
import { fitNoise, noiseEvidence, type NoiseLaw } from "../stats/noiseEvidence.js";
import type { Detector, GuardRows } from "./method.js";

/**
 * How far replicates move a row's log-odds from its winner to another class, against how far they move those of benign rows: the largest over other classes z
 * of (g_z − mean)/sd, g_z the mean shift of z_z − z_y (`stats/noiseEvidence`). Large where noise gives an input back to the class it was taken from.
 * Rows at rest are needed: where the row is the mean of its replicates there is no shift.
 */
export const noiseOdds: Detector = {
  name: "noiseOdds",
  family: "guard",
  needs: "replicates",
  combined: true,
  says: { below: "high", above: "odd" },
  help: "Standardised shift of the log-odds under noise, towards another class",
  params: [],
  source: "Roth, Kilcher & Hofmann, ICML 2019, §3",
  learn: ({ scores, replicates }) => ({ ...fitNoise(scores.batch, replicates!) }),
  measure(_, learned, classes) {
    const law = lawOf(learned, classes);
    return ({ scores, replicates }: GuardRows) =>
      // Where all other classes are masked nothing can shift.
      noiseEvidence(law, scores.batch, replicates!).map((value) => Math.max(value, -Number.MAX_VALUE));
  },
};

function lawOf(learned: Json | undefined, classes: number): NoiseLaw {
  const law = (learned ?? {}) as unknown as NoiseLaw;
  const numbers = (list: unknown): boolean =>
    Array.isArray(list) && list.length === classes * classes && list.every((value) => Number.isFinite(value));
  if (law.classes !== classes || !numbers(law.mean) || !numbers(law.sd) || law.sd.some((sd) => !(sd > 0)))
    throw new LogitsError(
      "bad-data",
      `Cannot use this guard: noiseOdds must have a mean and a deviation > 0 for each pair of ${classes} classes`,
    );
  return law;
}
