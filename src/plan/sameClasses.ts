import { differingClass, LogitsError } from "../core/index.js";

/** Other rows must have the same classes in the same order, or their columns are read as what they are not. Classes that are only counted have no names. */
export function checkSameClasses(own: readonly string[], names: readonly string[]): void {
  const refuse = (must: string, got: string | number): never => {
    throw new LogitsError("mismatch", `Cannot measure on other rows: ${must}, got ${got}`);
  };
  if (own.length !== names.length) refuse(`they must have the same ${own.length} classes`, names.length);
  const differ = differingClass(own, names);
  if (differ >= 0) refuse(`their class ${differ} must be ${own[differ]}`, names[differ]!);
}
