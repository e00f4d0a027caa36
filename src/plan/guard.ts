import type { Batch, PolicyState } from "../core/index.js";
import {
  alarm,
  type AlarmOptions,
  type AlarmState,
  type Guard,
  type GuardRow,
  scorer,
  watchRows,
  type WatchOptions,
  type WatchState,
} from "../guard/index.js";

/** What a stream is watched by: a guard's view of its rows, or a number of each row that somebody else gives. */
export type Watched =
  | { guard: Guard; watch?: WatchOptions }
  | {
      /**
       * One finite number a row that says something about it: the log-odds that a policy decides by. Give `watch.benign` the same of benign rows: without them a
       * stream that is another one from its first row on looks like itself, and never rings.
       */
      score: (batch: Batch) => ArrayLike<number>;
      watch?: AlarmOptions;
    };

export type StreamOptions = Watched & {
  /** `policyVersion` of the policy whose contract the stream is under; default "". */
  policy?: string;
  /** Where it stands already. */
  state?: PolicyState;
  /** The time, as it is written down when the contract is revoked. */
  now?: () => string;
};

/** Some rows of a watched stream, and what had become of its contract. */
export interface WatchedBatch {
  batch: Batch;
  /** What the guard says of them; absent where a score is watched. */
  rows?: GuardRow[];
  /** Of each row: "revoked" from the row on at which the alarm rang. */
  contract: ("holds" | "revoked")[];
  /** After the last of these rows: what decisions are given. */
  state: PolicyState;
  alarm: WatchState | AlarmState;
  /** The same as numbers, for whoever counts. */
  metrics: WatchMetrics;
}

export interface WatchMetrics {
  /** Rows so far. */
  rows: number;
  /** 1 once it rang. */
  alarm: 0 | 1;
  /** The largest test martingale, of several divided by their number: it rings at 1/falseAlarm. */
  martingale: number;
  /** Rows from the change to the ring; absent before it. */
  delay?: number;
}

/**
 * Reads a stream of batches under watch. When the alarm rings the contract is revoked: the policy's state says when and why, rows from there on are marked, and
 * the metrics show it. A contract that is revoked stays so.
 *
 * @throws what the guard or the score throws; "bad-argument", "not-finite"
 * @example
 *     for await (const { batch, state } of watchStream(source.batches(), { guard, policy: version })) decide(batch, state);
 */
export async function* watchStream(
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: StreamOptions,
): AsyncGenerator<WatchedBatch> {
  const watcher = createWatcher(options);
  for await (const batch of batches) yield watcher(batch);
}

/** The same for whoever is given batches one by one: a service. */
export function createWatcher(options: StreamOptions): (batch: Batch) => WatchedBatch {
  const { policy = "", now = () => new Date().toISOString() } = options;
  let state: PolicyState = options.state ?? { policy };
  const eye = "guard" in options ? guardEye(options) : scoreEye(options);
  return (batch) => {
    const { rows, rung, alarm: seen, metrics } = eye(batch);
    const before = state.revoked !== undefined;
    if (rung && !before) state = { ...state, revoked: { at: now(), reason: reasonOf(rung) } };
    const first = before ? 0 : rung ? Math.max(0, rung.row - (metrics.rows - batch.rows)) : Infinity;
    return {
      batch,
      ...(rows && { rows }),
      contract: Array.from({ length: batch.rows }, (_, row) => (row >= first ? "revoked" : "holds")),
      state,
      alarm: seen,
      metrics,
    };
  };
}

type Rung = NonNullable<AlarmState["rung"]> & { by?: string };
type Eye = (batch: Batch) => Pick<WatchedBatch, "rows" | "alarm" | "metrics"> & { rung: Rung | undefined };

function guardEye({ guard, watch: wish }: Extract<Watched, { guard: Guard }>): Eye {
  const score = scorer(guard);
  const watch = watchRows(guard, wish);
  return (batch) => {
    const rows = score(batch);
    const state = watch.add(rows);
    return { rows, rung: state.rung, alarm: state, metrics: watchMetrics(state) };
  };
}

function scoreEye({ score, watch: wish }: Extract<Watched, { score: unknown }>): Eye {
  const one = alarm(wish);
  return (batch) => {
    for (const value of Array.from(score(batch))) one.add(value);
    return { rung: one.state.rung, alarm: one.state, metrics: watchMetrics(one.state) };
  };
}

/** What a watch or an alarm has to say in numbers. */
export function watchMetrics(state: WatchState | AlarmState): WatchMetrics {
  const alarms = "alarms" in state ? Object.values(state.alarms) : [state];
  return {
    rows: state.rows,
    alarm: state.rung ? 1 : 0,
    martingale: Math.max(...alarms.map(({ martingale }) => martingale)) / alarms.length,
    ...(state.rung && { delay: state.rung.delay }),
  };
}

/** Why a contract was revoked, for a person. */
export function reasonOf({ by, row, since, delay, what }: Rung): string {
  // The delay counts the row at which it rang.
  const later = delay === 1 ? "at once" : delay === 2 ? "1 row later" : `${delay - 1} rows later`;
  return `Rows are no longer like those the promise was made on: since about row ${since} ${what}${by ? `, by ${by}` : ""}. The alarm rang at row ${row}, ${later}.`;
}
