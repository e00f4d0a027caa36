// One step of this package, as it is timed: called with a counter, takes another row each time.
import { arena, kernels, math, sampling } from "../groups/library.mjs";

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

/** One pass over each of the same rows that does nothing but find the largest score: as fast as memory is read. */
export function scan(rows) {
  const resident = residentSteppers({ temperature: 0.8 }, rows).map(({ row }) => row);
  const homes = resident.map((row) => arena.arenaOf(row));
  if (homes.includes(undefined)) return (i) => math.argmax(resident[i % rows.length]).index;
  return (i) => {
    const at = i % resident.length;
    return homes[at].kernels.peakOf(resident[at].byteOffset, resident[at].length);
  };
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
  const chain = sampling.settingsChain(sampling.samplers, settings);
  return (i) => {
    const row = sampling.runChain(rows[i % rows.length], chain);
    return i === 0 ? row.reduce((count, score) => count + (score > -Infinity ? 1 : 0), 0) : undefined;
  };
}
