/** Whether a value that JSON gave is an object, and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The first class that has another name in the one list than in the other, which is as long; −1 where all are the same. Classes that are only counted, from 0 or
 * from 1, have no names that could differ.
 *
 * @example
 *     differingClass(["cat", "dog"], ["dog", "cat"])  // 0
 *     differingClass(["cat", "dog"], ["0", "1"])      // -1
 */
export function differingClass(own: readonly string[], names: readonly string[]): number {
  return counted(own) || counted(names) ? -1 : own.findIndex((name, k) => name !== names[k]);
}

const counted = (names: readonly string[]): boolean =>
  [0, 1].some((first) => names.every((name, k) => name === String(first + k)));
