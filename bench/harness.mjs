// Timing two programs against each other: in turns within the same minute, and only their ratio is trusted.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

const averages = { median, mean };

/**
 * Milliseconds of one call of `run`, as the median over `budget` milliseconds of calls. Short calls are timed some at a time, so that the
 * clock's resolution does not matter. `run` gets a counter, so that it can take another row each time.
 *
 * @param average `mean` where others take turns on the core: every call of milliseconds is then interrupted and hardly any of microseconds, which a median
 *   would hold against the longer
 */
export async function timeOf(run, budget, average = "median") {
  const first = performance.now();
  const value = await run(0);
  const once = performance.now() - first;
  const together = Math.max(1, Math.ceil(0.5 / Math.max(once, 1e-4)));
  const times = once < budget ? [] : [once];
  let calls = 1;
  for (const end = first + budget; performance.now() < end; ) {
    const start = performance.now();
    if (run.asynchronous) await run(calls++);
    else for (let i = 0; i < together; i++) run(calls++);
    times.push((performance.now() - start) / (run.asynchronous ? 1 : together));
  }
  return { ms: times.length > 0 ? averages[average](times) : once, value };
}

/**
 * One comparison: `rounds` times ours, then the peer; the ratio is the median of the rounds' ratios.
 *
 * @param ours called with a counter; mark it `asynchronous` when it returns a promise.
 * @param peer `async (budget, average) => ({ ms, value })`
 */
export async function interleave(ours, peer, { rounds, budget, average }) {
  // Compiled code settles within some tens of milliseconds; the peer's caches and allocator too.
  await timeOf(ours, budget, average);
  await peer(budget, average);
  const times = { ours: [], theirs: [] };
  let values;
  for (let round = 0; round < rounds; round++) {
    const mine = await timeOf(ours, budget, average);
    const theirs = await peer(budget, average);
    times.ours.push(mine.ms);
    times.theirs.push(theirs.ms);
    values = { ours: mine.value, theirs: theirs.value };
  }
  const ratios = times.ours.map((ms, round) => ms / times.theirs[round]);
  return {
    ours: median(times.ours),
    theirs: median(times.theirs),
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    values,
  };
}

/** Only ours, for goals in milliseconds and for peers that are missing. */
export async function alone(ours, { rounds, budget, average }) {
  await timeOf(ours, budget);
  const times = [];
  let value;
  for (let round = 0; round < rounds; round++) {
    const mine = await timeOf(ours, budget, average);
    times.push(mine.ms);
    value = mine.value;
  }
  return { ours: median(times), values: { ours: value } };
}
