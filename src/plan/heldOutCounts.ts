import { bandCounts, type BandCounts, type Ranked, solve, sumCounts, type Wish } from "../decide/index.js";

/**
 * Found on four pieces, measured on the fifth, five times.
 *
 * @returns what became of the rows of those times that something was found, and how many times nothing was
 */
export function heldOutCounts(pieces: readonly Ranked[], wish: Wish): { counts?: BandCounts; refused: number } {
  const measured = pieces.flatMap((piece, held) => {
    const solved = solve(
      pieces.filter((_, k) => k !== held),
      wish,
    );
    return "refused" in solved ? [] : [bandCounts(piece, solved)];
  });
  return {
    ...(measured.length > 0 && { counts: sumCounts(measured) }),
    refused: pieces.length - measured.length,
  };
}
