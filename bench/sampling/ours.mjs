// One step of this package, as it is timed: called with a counter, takes another row each time.
import { arena, kernels, sampling } from "../groups/library.mjs";

const stepperOf = (settings, size) => sampling.createStepper(sampling.settingsChain(sampling.samplers, settings), size);

/** @param history ids of the text so far */
export function stepOf(settings, rows, history) {
  const stepper = stepperOf(settings, rows[0].length);
  const context = { history, promptLength: 0, state: {} };
  const key = { seed: 1, sequence: 0, step: 0 };
  return (i) => {
    key.step = i;
    stepper.next(rows[i % rows.length], key, context);
    return undefined;
  };
}

/** The same without WebAssembly. */
export function plainStep(settings, rows, history) {
  kernels.useImplementation("reference");
  const step = stepOf(settings, rows, history);
  kernels.useImplementation();
  return step;
}

/** The rows lie in kernel memory, as where a runtime writes them there: a stepper each. */
export function residentStep(settings, rows, history) {
  const steppers = residentSteppers(settings, rows);
  const context = { history, promptLength: 0, state: {} };
  const key = { seed: 1, sequence: 0, step: 0 };
  return (i) => {
    key.step = i;
    const stepper = steppers[i % steppers.length];
    stepper.next(stepper.row, key, context);
    return undefined;
  };
}

/** One pass over each of the same rows, in kernel memory too, that does nothing but find the largest score: as fast as memory is read. */
export function scan(rows) {
  const size = rows[0].length;
  // Padded as a stepper's row is, so that every one begins where a cache line does.
  const padded = 64 * Math.ceil(size / 64);
  const all = kernels.alloc(rows.length, padded).fill(-Infinity);
  rows.forEach((row, i) => all.set(row, i * padded));
  const home = arena.arenaOf(all);
  if (!home) return undefined;
  return (i) => home.kernels.peakOf(all.byteOffset + 4 * padded * (i % rows.length), padded);
}

function residentSteppers(settings, rows) {
  return rows.map((row) => {
    const stepper = stepperOf(settings, row.length);
    stepper.row.set(row);
    return stepper;
  });
}

/** Which tokens a chain leaves. The first call says how many. */
export function keptBy(settings, rows) {
  const stepper = stepperOf(settings, rows[0].length);
  return (i) => {
    const { count } = stepper.kept(rows[i % rows.length]);
    return i === 0 ? count : undefined;
  };
}
