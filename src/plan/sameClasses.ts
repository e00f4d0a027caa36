import { LogitsError } from "../core/index.js";

/** Other rows must have the same classes in the same order, or their columns are read as what they are not. Classes that are only counted have no names. */
export function checkSameClasses(own: readonly string[], names: readonly string[]): void {
  const refuse = (must: string, got: string | number): never => {
    throw new LogitsError("mismatch", `Cannot measure on other rows: ${must}, got ${got}`);
  };
  if (own.length !== names.length) refuse(`they must have the same ${own.length} classes`, names.length);
  const counted = (list: readonly string[]): boolean =>
    [0, 1].some((first) => list.every((name, k) => name === String(first + k)));
  const differ = own.findIndex((name, k) => name !== names[k]);
  if (differ >= 0 && !counted(own) && !counted(names))
    refuse(`their class ${differ} must be ${own[differ]}`, names[differ]!);
}
