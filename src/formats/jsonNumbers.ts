/** JSON has no infinity: it is written as a string. */
export function isJsonNumber(value: unknown): boolean {
  return typeof value === "number" || value === "-Infinity" || value === "Infinity" || value === "NaN";
}
