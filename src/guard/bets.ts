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

const lost = Float64Array.from(bets, ({ part }) => 1 - part);
const won = Float64Array.from(bets, ({ share, part }) => 1 - part + part / share);
const limits = Float64Array.from(bets, ({ share }) => share);
/** The bets on low values come first. */
const low = bets.filter(({ side }) => side === "below").length;

/**
 * Adds `inflow` to each stake and multiplies it by what its bet pays: `payoff` of all of them, without an object a row.
 *
 * @returns the sum of the stakes.
 */
export function settle(stakes: number[], inflow: number, p: number): number {
  const q = 1 - p;
  let sum = 0;
  for (let b = 0; b < stakes.length; b++) {
    const within = b < low ? p <= limits[b]! : q < limits[b]!;
    let stake = (stakes[b]! + inflow) * (within ? won[b]! : lost[b]!);
    // A bet that has long won would leave the numbers there are.
    if (stake > most) stake = most;
    stakes[b] = stake;
    sum += stake;
  }
  return sum;
}

const most = 1e300;
