import { isObject, type Json, LogitsError, type Policy } from "../core/index.js";

/** Refuses a policy: what is wrong with it, and what it has instead. */
export function refusePolicy(what: string, got: unknown): never {
  throw new LogitsError("bad-data", `Cannot use this policy: ${what}, got ${JSON.stringify(got)?.slice(0, 60)}`);
}

/** Refuses params that a method does not read: a misspelt one would be a rule that is silently not there. */
export function onlyFields(params: Policy["params"], known: readonly string[]): void {
  const odd = Object.keys(params).find((name) => !known.includes(name));
  if (odd !== undefined) refusePolicy(`params may have ${known.join(", ")}`, odd);
}

export function checkNumber(params: Policy["params"], name: string, optional = false): void {
  const value = params[name];
  if (optional && value === undefined) return;
  if (!isNumber(value)) refusePolicy(`${name} must be a finite number of log-odds`, value);
}

export function checkActions(params: Policy["params"], ...names: string[]): void {
  for (const name of names) if (!isAction(params[name])) refusePolicy(`${name} must name an action`, params[name]);
}

/** A list of some of the classes, but not all, none twice. */
export function checkClasses(given: Json | undefined, name: string, classes: readonly string[]): void {
  if (!Array.isArray(given) || given.length === 0) return refusePolicy(`${name} must be a list of classes`, given);
  const odd = given.find((one) => typeof one !== "string" || !classes.includes(one));
  if (odd !== undefined)
    refusePolicy(`${name} must be classes of the policy (${classes.slice(0, 12).join(", ")})`, odd);
  if (new Set(given).size !== given.length) refusePolicy(`${name} must name each class once`, given);
  if (given.length === classes.length) refusePolicy(`${name} must leave out a class`, given);
}

/** An object whose keys are classes. */
export function checkByClass(
  given: Json | undefined,
  name: string,
  classes: readonly string[],
  valid: (value: Json) => boolean,
  what: string,
): void {
  if (!isObject(given)) return refusePolicy(`${name} must be an object of classes`, given);
  for (const [key, value] of Object.entries(given)) {
    if (!classes.includes(key)) refusePolicy(`${name} must be of classes of the policy`, key);
    if (!valid(value)) refusePolicy(`${name} of ${key} must be ${what}`, value);
  }
}

export const isAction = (value: unknown): boolean => typeof value === "string" && value !== "";
export const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);

export const indicesOf = (names: Json | undefined, classes: readonly string[]): number[] =>
  (names as string[]).map((name) => classes.indexOf(name));
