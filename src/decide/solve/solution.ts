import type { Guarantee } from "../../core/index.js";

/** A threshold that was found with what it promises; or why none was. */
export type Solution = { threshold: number; guarantee?: Guarantee } | Refusal;

/** Why a promise cannot be made. */
export interface Refusal {
  refused: string;
  /** The fewest rows with which this could be promised, and how many there are. */
  needed?: number;
  have?: number;
}

/**
 * The fewest rows of which none may fail, so that a rate of `bound` or more failing is refuted: ⌈ln δ/ln(1 − bound)⌉.
 *
 * @example
 *     rowsNeeded(0.01, 0.05)  // 299
 */
export function rowsNeeded(bound: number, delta: number): number {
  if (bound >= 1) return 1;
  const exact = Math.log(delta) / Math.log1p(-bound);
  // Rounding must not ask for a row more where the quotient is whole.
  const near = Math.round(exact);
  return Math.abs(exact - near) < 1e-9 * near ? near : Math.ceil(exact);
}

/** A number as a refusal says it: whole ones in groups of three, others with six digits at most. */
export function said(value: number): string {
  if (Number.isInteger(value) && value < 1e15) return value.toLocaleString("en");
  return String(Number(value.toPrecision(6)));
}
