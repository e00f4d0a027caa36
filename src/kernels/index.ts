/** The few hot loops. Callers never learn which implementation ran. */
export type { Floats, NllSums, RowStats } from "./reference.js";
export { nllSums, rowStats, softmaxRows } from "./reference.js";
