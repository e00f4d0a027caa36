import { LogitsError } from "../core/index.js";

/**
 * Which classes count as positive: a class by name or index, several, or `not:` and the ones that are not. A number is an index; a word is a name, and where no
 * class is called so an index.
 *
 * @throws "bad-argument" for what is no class, all classes or none.
 * @example
 *     positiveClasses("not:normal", ["normal", "dos", "probe"])  // [1, 2]
 */
export function positiveClasses(
  given: string | number | readonly (string | number)[],
  classes: readonly string[],
): number[] {
  // A class may be called "not:spam", or have a comma in its name; then that is what is meant.
  const whole = (text: string): boolean =>
    classes.includes(text) || (text.startsWith("not:") && classes.includes(text.slice(4)));
  const words = typeof given === "object" ? given : whole(String(given)) ? [given] : String(given).split(",");
  const not =
    typeof words[0] !== "number" && !classes.includes(String(words[0])) && String(words[0]).startsWith("not:");
  const listed = new Set(words.map((word, i) => indexOf(not && i === 0 ? String(word).slice(4) : word, classes)));
  const found = classes.map((_, k) => k).filter((k) => listed.has(k) !== not);
  if (found.length === 0 || found.length === classes.length)
    refuse(`positive must be some but not all of ${classes.join(", ")}, got ${words.join(",") || "none"}`);
  return found;
}

function indexOf(word: string | number, classes: readonly string[]): number {
  const name = String(word).trim();
  // A number is an index; a word of digits may be a name.
  if (typeof word === "number" && Number.isInteger(word) && word >= 0 && word < classes.length) return word;
  const index = classes.indexOf(name);
  if (index >= 0) return index;
  const number = name === "" ? NaN : Number(name);
  if (Number.isInteger(number) && number >= 0 && number < classes.length) return number;
  return refuse(`positive must be classes (${some(classes)}) or not: and classes, got ${name || "nothing"}`);
}

const some = (classes: readonly string[]): string =>
  classes.length > 12 ? `${classes.slice(0, 12).join(", ")} … ${classes.length} in all` : classes.join(", ");

function refuse(what: string): never {
  throw new LogitsError("bad-argument", `Cannot find a threshold: ${what}`);
}
