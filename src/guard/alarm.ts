import { LogitsError, uniform } from "../core/index.js";
import { OrderedBag } from "../stats/orderedBag.js";
import { bets, payoff, settle } from "./bets.js";

export interface AlarmOptions {
  /** At most this share of blocks of exchangeable rows rings, in (0, 1); default 0.01. */
  falseAlarm?: number;
  /** Rows after which it begins anew, ≥ 1; default 10,000. */
  block?: number;
  /**
   * The same statistic of benign rows, which the stream is compared with from its first row on; it must not have been made from these rows. Without it only
   * changes within a block can be seen.
   */
  benign?: ArrayLike<number>;
  /** Of the choice among equal values, default 0. */
  seed?: number;
  /** Where to go on from: what `add` gave, perhaps from JSON. The other options must be those it was made with. */
  state?: AlarmState;
}

/** All that an alarm remembers: plain JSON. */
export interface AlarmState {
  /** Rows of the stream so far. */
  rows: number;
  /** Values of the current block, in their order. */
  values: number[];
  /** What is not staked yet, in stakes of 1 a block. */
  reserve: number;
  /** What each bet has. */
  stakes: number[];
  /** The test martingale: what 1 has become since the block began. Ville: it reaches 1/falseAlarm with probability at most falseAlarm. */
  martingale: number;
  /** The largest it has been in any block. */
  highest: number;
  /** Set when it rang, and from then on. */
  rung?: {
    /** The row at which it rang, from 0. */
    row: number;
    /** The row from which on the stream has most likely been another one. */
    since: number;
    /** Rows from there to the ring, the first and the last included. */
    delay: number;
    /** What changed: so many of the rows lie among so extreme a share of the others. */
    what: string;
  };
}

export interface Alarm {
  /**
   * One more row's p-value, or any other number that says how unusual it is. Gives the state, which goes on changing: copy what is to be kept.
   *
   * @throws "not-finite"
   */
  add(value: number): AlarmState;
  readonly state: AlarmState;
}

/** What of the stake of 1 is put on the bets before the first row; the rest goes on evenly over the rows of the block. */
const atOnce = 0.5;

/**
 * Says when rows are no longer like those before them: a conformal test martingale.
 *
 * Each value is ranked among all before it in its block and the benign ones, equal ones in an order that is drawn by (seed, row). As long as all
 * are exchangeable, these smoothed ranks are independent and exactly uniform, whatever the values are; so p-values of a guard, which are uniform only given its
 * benign rows, may be given as they are. Bets against uniformity (`bets`) are then fair, their sum S is a martingale from 1, and P(max S ≥ 1/a) ≤ a
 * over a block. Half of the stake is bet at once, the rest in equal parts on every row, so that a late change finds fresh stakes.
 *
 * A block begins anew: the benign rows are kept, the stream is forgotten. It never silences an alarm: whoever has looked makes another one.
 *
 * @throws "bad-argument", "not-finite", "bad-data"
 *
 * Vovk, Nouretdinov & Gammerman, ICML 2003; Vovk et al., "Retrain or not retrain", COPA 2021; Ville 1939. Ranks: Rényi 1962.
 *
 * @example
 *     const watch = alarm({ benign: guard.params.reference.combined });
 *     for (const { score } of rows) if (watch.add(score).rung) break;
 */
export function alarm({
  falseAlarm = 0.01,
  block = 10_000,
  benign = [],
  seed = 0,
  state: given,
}: AlarmOptions = {}): Alarm {
  const refuse = (what: string, got: unknown): never => {
    throw new LogitsError("bad-argument", `Cannot watch a stream: ${what}, got ${String(got)}`);
  };
  if (!(falseAlarm > 0 && falseAlarm < 1)) refuse("falseAlarm must be a number in (0, 1)", falseAlarm);
  if (!(Number.isInteger(block) && block >= 1)) refuse("block must be an integer ≥ 1", block);
  for (let i = 0; i < benign.length; i++) finite(benign[i]!, "a benign value");
  const state = given ? checkState(structuredClone(given), block) : begin({ rows: 0, highest: 1 });
  let bag = filled(benign, state.values);
  const threshold = 1 / falseAlarm;
  return {
    state,
    add(value) {
      finite(value, `the value of row ${state.rows}`);
      if (state.values.length >= block) {
        Object.assign(state, begin(state));
        bag = filled(benign, []);
      }
      const p = smoothed(bag, value, uniform(seed, "ties", state.rows));
      bag.add(value);
      state.values.push(value);
      const inflow = (1 - atOnce) / block;
      state.reserve = Math.max(0, state.reserve - inflow);
      const sum = state.reserve + settle(state.stakes, inflow / bets.length, p);
      state.martingale = sum;
      state.highest = Math.max(state.highest, sum);
      if (sum >= threshold) state.rung ??= onset(state, benign, seed);
      state.rows++;
      return state;
    },
  };
}

const begin = ({ rows, highest, rung }: Pick<AlarmState, "rows" | "highest" | "rung">): AlarmState => ({
  rows,
  values: [],
  reserve: 1 - atOnce,
  stakes: bets.map(() => atOnce / bets.length),
  martingale: 1,
  highest,
  ...(rung && { rung }),
});

function filled(benign: ArrayLike<number>, values: readonly number[]): OrderedBag {
  const bag = new OrderedBag(benign);
  for (const value of values) bag.add(value);
  return bag;
}

/** The rank of a new value among others in (0, 1), equal ones in an order that u draws: exactly uniform when all are exchangeable. */
export function smoothed(bag: OrderedBag, value: number, u: number): number {
  const { less, equal } = bag.count(value);
  return (less + u * (equal + 1)) / (bag.size + 1);
}

/** Goes over the block once more: since when the bet that has won most has been winning. */
function onset(
  { rows, values, stakes }: AlarmState,
  benign: ArrayLike<number>,
  seed: number,
): NonNullable<AlarmState["rung"]> {
  const best = bets[stakes.indexOf(Math.max(...stakes))]!;
  const first = rows + 1 - values.length;
  const bag = new OrderedBag(benign);
  let [gain, lowest, since] = [0, 0, first];
  values.forEach((value, i) => {
    gain += Math.log(payoff(best, smoothed(bag, value, uniform(seed, "ties", first + i))));
    bag.add(value);
    if (gain < lowest) [lowest, since] = [gain, first + i + 1];
  });
  const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
  const what = `about ${percent(best.part)} of the rows lie among the ${best.side === "below" ? "lowest" : "highest"} ${percent(best.share)} of the others`;
  return { row: rows, since, delay: rows - since + 1, what };
}

function finite(value: number, what: string): void {
  if (!Number.isFinite(value))
    throw new LogitsError("not-finite", `Cannot watch a stream: ${what} must be a finite number, got ${value}`);
}

function checkState(state: AlarmState, block: number): AlarmState {
  const numbers = (list: unknown): boolean => Array.isArray(list) && list.every((value) => Number.isFinite(value));
  const sound =
    Number.isInteger(state?.rows) &&
    numbers(state.values) &&
    state.values.length <= Math.min(block, state.rows) &&
    numbers(state.stakes) &&
    state.stakes.length === bets.length &&
    [state.reserve, state.martingale, state.highest].every((value) => Number.isFinite(value));
  if (!sound)
    throw new LogitsError(
      "bad-data",
      "Cannot watch a stream: the state must be that of an alarm with these options, got another",
    );
  return state;
}
