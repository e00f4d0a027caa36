import { type Counts, countsAt } from "../rates.js";
import { joined, merge, type Ranked } from "../ranked.js";

/** A threshold that passed every test up to itself, and what it passed the last with. */
export interface Tested {
  threshold: number;
  counts: Counts;
  pValue: number;
}

/**
 * The lowest threshold that a rate is proven at, without assuming that the rate rises with the threshold.
 *
 * Learn then test, split fixed-sequence: the first piece of the rows is a pilot, whose scores are the thresholds to try and whose counts say with which to begin
 * (where the proof should be easiest). On the other pieces, which the pilot knows nothing of, the hypothesis "the rate is broken" is tested at that
 * threshold, then at the next lower one, and so on; the last before the first that is not rejected is taken. Since the order was fixed beforehand, all
 * rejections together are wrong with probability at most δ, for every law of scores and labels.
 *
 * @param pieces as `rankedPieces` deals them
 * @param pValue of the hypothesis that the rate is broken, exact, from the counts at a threshold
 * @returns undefined when not even the first threshold is proven; then `best` is what it would have begun with
 * Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then test", 2021, §2.3 and appendix (split fixed-sequence testing).
 */
export function learnThenTest(
  pieces: readonly Ranked[],
  pValue: (counts: Counts) => number,
  delta: number,
): { found?: Tested; best?: Tested } {
  const pilot = pieces[0]!;
  const test = joined(pieces.slice(1));
  const thresholds = candidates(pilot);
  const from = likeliest(pilot, sizeOf(test) / sizeOf(pilot), thresholds, pValue);
  let found: Tested | undefined;
  let best: Tested | undefined;
  for (let i = from; i >= 0; i--) {
    const threshold = thresholds[i]!;
    const counts = countsAt(test, threshold);
    const tested = { threshold, counts, pValue: pValue(counts) };
    best ??= tested;
    if (!(tested.pValue <= delta)) break;
    found = tested;
  }
  return { ...(found && { found }), ...(best && { best }) };
}

const sizeOf = ({ negatives, positives }: Ranked): number => negatives.length + positives.length;

/** At most this many thresholds are tried: each is a test. */
const most = 1000;

/** Scores of the pilot, ascending, none twice, evenly by rank when there are many. */
function candidates({ negatives, positives }: Ranked): number[] {
  const scores = merge(negatives, positives);
  const count = Math.min(most, scores.length);
  const picked = Array.from({ length: count }, (_, i) => scores[Math.floor((i * scores.length) / count)]!);
  return picked.filter((score, i) => Number.isFinite(score) && score !== picked[i - 1]);
}

/** The threshold at which a test of `ratio` times the pilot's rows would have the smallest p-value: the lowest among equals. */
function likeliest(
  pilot: Ranked,
  ratio: number,
  thresholds: readonly number[],
  pValue: (counts: Counts) => number,
): number {
  // Where nothing speaks for any, the highest is tried.
  let [best, least] = [thresholds.length - 1, 1];
  for (const [i, threshold] of thresholds.entries()) {
    const { tp, fp, fn, tn } = countsAt(pilot, threshold);
    const scaled = (count: number): number => Math.round(ratio * count);
    const p = pValue({ tp: scaled(tp), fp: scaled(fp), fn: scaled(fn), tn: scaled(tn) });
    if (p < least) [best, least] = [i, p];
  }
  return best;
}
