/** The few hot loops. Callers never learn which implementation ran. */
export type { NllSums, RowStats } from "./reference.js";
export { nllSums, rowStats, softmaxRows } from "./reference.js";
