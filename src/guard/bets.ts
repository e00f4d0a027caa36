/**
 * Bets against p-values that are uniform: each is a density on [0, 1] of mean 1 that some change would make true.
 *
 * "A share w of the rows falls among the lowest share t of the others": (1 − w) + (w/t)·1[p ≤ t], and the same from above. Shares from a tenth of a percent to
 * a third and parts from 1 % to all but a tenth hold what drift and mixtures look like.
 */
export interface Bet {
  side: "below" | "above";
  /** The share of values that the bet is on. */
  share: number;
  /** The part of rows that it expects there. */
  part: number;
}

const shares = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3];
const parts = [0.01, 0.03, 0.1, 0.3, 0.9];

export const bets: readonly Bet[] = (["below", "above"] as const).flatMap((side) =>
  shares.flatMap((share) => parts.filter((part) => part > share).map((part) => ({ side, share, part }))),
);

/** What a bet multiplies its stake by. */
export function payoff({ side, share, part }: Bet, p: number): number {
  const within = side === "below" ? p <= share : 1 - p < share;
  return 1 - part + (within ? part / share : 0);
}
