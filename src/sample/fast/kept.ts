import type { DrawRow } from "../../core/index.js";
import type { Step } from "../chain.js";
import { numberOf } from "../define.js";
import { rejection } from "../draw.js";
import { boundOf, leastScore } from "../mirostat.js";
import type { StepContext } from "../stepper.js";
import { scoreWithin } from "../topNSigma.js";
import { Best } from "./best.js";
import { Few } from "./few.js";
import { fewest, found, seek, sought } from "./from.js";
import type { Program } from "./program.js";

/** Marks the tokens of a row that a chain keeps, and returns how many; undefined where it needs the whole way. */
export type Marker = (context: StepContext) => number | undefined;

export function markerOf(
  program: Program,
  chain: readonly Step[],
  row: DrawRow,
  tokens: number,
  peakOf: () => number,
): Marker {
  const { find, scale } = program;
  const markFew = (few: Few): number => {
    few.follow(program.afterwards);
    return few.mark(row.marks);
  };
  const firstFrom = (least: number): number => {
    sought[0] = least;
    seek(scale);
    return found[0]!;
  };
  const markFrom = (least: number): number => row.mark(firstFrom(least));
  if (find.how === "topK") {
    const best = new Best(program, find.k, row, tokens);
    return (context) => (best.find(context) ? markFew(best.few) : undefined);
  }
  if (find.how === "minP") {
    const few = new Few(fewest);
    return () => {
      const least = peakOf() * scale + find.log;
      if (program.afterwards.length === 0) return markFrom(least);
      const n = row.findAbove(firstFrom(least), fewest);
      if (n < 0) return undefined;
      few.take(row, n, scale);
      return markFew(few);
    };
  }
  if (find.how === "all") {
    return () => {
      peakOf();
      return row.mark(-Infinity);
    };
  }
  if (find.how === "topNSigma")
    return () => {
      const highest = peakOf();
      return markFrom(scoreWithin(highest * scale, row.spread(scale, highest), tokens, find.params));
    };
  if (find.how === "mirostat")
    return (context) => {
      const peak = peakOf() * scale;
      const least = leastScore(peak, row.weigh(scale, peak), boundOf(find.params, context, find.place));
      return least > peak ? markBest(row) : markFrom(least);
    };
  const { how, params } = rejection(chain) ?? {};
  if (how !== "topP" || scale < smallestScale) return () => undefined;
  const [share, allTies] = [numberOf(params!, "topP"), params!["ties"] === "keep"];
  return () => {
    const count = row.markHeaviest(scale, peakOf() * scale, share, allTies);
    return count < 0 ? undefined : count;
  };
}

/** Marks the first of the most probable tokens. */
function markBest(row: DrawRow): number {
  row.marks.fill(0);
  row.findBest(1);
  row.marks[row.ids[0]! >>> 5]! |= 1 << (row.ids[0]! & 31);
  return 1;
}

/** Scores that differ stay different where they are multiplied by no less. */
const smallestScale = 1e-200;

/** Marks the tokens that have not been removed from a row; returns how many. */
export function markLeft(marks: Int32Array, left: Float64Array): number {
  marks.fill(0);
  let count = 0;
  for (let id = 0; id < left.length; id++) {
    if (left[id] === -Infinity) continue;
    marks[id >>> 5]! |= 1 << (id & 31);
    count++;
  }
  return count;
}
