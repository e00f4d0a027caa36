import { LogitsError } from "../core/index.js";
import { kolmogorovSmirnov } from "../stats/ks2.js";
import { alarm, type Alarm, type AlarmOptions, type AlarmState } from "./alarm.js";
import { COMBINED, type Guard, type GuardRow } from "./method.js";

export interface WatchOptions extends Omit<AlarmOptions, "benign" | "state"> {
  /** Rows whose drift is told, ≥ 2; default 500. */
  window?: number;
  /** Where to go on from. */
  state?: WatchState;
}

/** All that a watch remembers: plain JSON. */
export interface WatchState {
  rows: number;
  /** By what is watched: each detector's standing, and the combined statistic. */
  alarms: Record<string, AlarmState>;
  /** The first that rang. */
  rung?: NonNullable<AlarmState["rung"]> & { by: string };
}

/** How the last rows differ from benign ones. */
export interface Drift {
  rows: number;
  /** Largest distance of the two distributions (Kolmogorov–Smirnov), and its p-value. One look is 5 % at p ≤ .05; only the alarm may be looked at again and again. */
  ks: number;
  p: number;
  /** Population stability index over tenths of the benign rows, Σ (a − b) ln(a/b): above 0.25 is a large change by custom. */
  psi: number;
}

export interface Watch {
  /** The next rows of the stream. */
  add(rows: readonly GuardRow[]): WatchState;
  readonly state: WatchState;
  /** Of the last rows, by what is watched. */
  drift(): Record<string, Drift>;
}

/**
 * Watches a stream of rows that a guard has scored: one alarm for each detector's standing and one for the combined statistic, each at its share of
 * `falseAlarm`, so that all together ring in at most that share of blocks of exchangeable rows.
 *
 * Each begins with benign rows of the guard that what it is told by was not made from.
 *
 * @throws "bad-argument", "bad-data"
 * @example
 *     const watch = watchRows(guard);
 *     watch.add(scorer(guard)(batch)).rung  // undefined, or { by: "margin", row, since, delay, what }
 */
export function watchRows(
  guard: Guard,
  { window = 500, state: given, falseAlarm = 0.01, ...rest }: WatchOptions = {},
): Watch {
  if (!(Number.isInteger(window) && window >= 2))
    throw new LogitsError("bad-argument", `Cannot watch a stream: window must be an integer ≥ 2, got ${window}`);
  if (!(falseAlarm > 0 && falseAlarm < 1))
    throw new LogitsError(
      "bad-argument",
      `Cannot watch a stream: falseAlarm must be a number in (0, 1), got ${falseAlarm}`,
    );
  const reference = guard.params.reference;
  const names = Object.keys(reference);
  if (given && !watches(given, names))
    throw new LogitsError(
      "bad-data",
      `Cannot watch a stream: the state must be that of a watch with this guard, of ${names.join(", ")}, got another`,
    );
  const alarms: [string, Alarm][] = names.map((name) => {
    const options = { ...rest, falseAlarm: falseAlarm / names.length, benign: reference[name]! };
    return [name, alarm(given ? { ...options, state: given.alarms[name]! } : options)];
  });
  const state: WatchState = {
    rows: given?.rows ?? 0,
    alarms: Object.fromEntries(alarms.map(([name, one]) => [name, one.state])),
    ...(given?.rung && { rung: given.rung }),
  };
  return {
    state,
    add(rows) {
      for (const row of rows) {
        for (const [name, one] of alarms) {
          const { rung } = one.add(name === COMBINED ? row.score : row.detectors[name]!.standing);
          if (rung && !state.rung) state.rung = { by: name, ...rung };
        }
        state.rows++;
      }
      return state;
    },
    drift: () =>
      Object.fromEntries(
        alarms
          .filter(([, one]) => one.state.values.length > 1)
          .map(([name, one]) => [name, driftOf(one.state.values.slice(-window), reference[name]!)]),
      ),
  };
}

/** Whether a state has an alarm for each of these names and no other, all of as many rows. */
function watches({ rows, alarms }: WatchState, names: readonly string[]): boolean {
  if (typeof alarms !== "object" || alarms === null) return false;
  return Object.keys(alarms).length === names.length && names.every((name) => alarms[name]?.rows === rows);
}

/** How some values differ from sorted benign ones. */
export function driftOf(values: readonly number[], benign: readonly number[]): Drift {
  const { statistic, p } = kolmogorovSmirnov(Float64Array.from(values), Float64Array.from(benign));
  return { rows: values.length, ks: statistic, p, psi: stability(values, benign) };
}

function stability(values: readonly number[], benign: readonly number[]): number {
  const edges = [
    ...new Set(Array.from({ length: 9 }, (_, i) => benign[Math.ceil(((i + 1) * benign.length) / 10) - 1]!)),
  ];
  const counts = (list: readonly number[]): number[] => {
    const bins = new Array<number>(edges.length + 1).fill(0);
    for (const value of list) {
      let b = 0;
      while (b < edges.length && value > edges[b]!) b++;
      bins[b]!++;
    }
    // Half a row in each, so that none is empty.
    return bins.map((n) => (n + 0.5) / (list.length + bins.length / 2));
  };
  const [a, b] = [counts(values), counts(benign)];
  return a.reduce((sum, share, i) => sum + (share - b[i]!) * Math.log(share / b[i]!), 0);
}
