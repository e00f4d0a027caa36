import { LogitsError } from "./errors.js";

/**
 * One parameter of a method, as data: the command-line flag, the JSON schema, the form and the documentation row are all made from it.
 */
export interface Param {
  /** camelCase; the flag is the same word in kebab-case. */
  name: string;
  type: "number" | "integer" | "string" | "boolean" | "choice";
  help: string;
  default?: number | string | boolean;
  /** The value at which the parameter changes nothing. */
  noop?: number | string | boolean;
  min?: number;
  max?: number;
  /** True when `min` (or `max`) itself is not allowed. */
  exclusiveMin?: boolean;
  exclusiveMax?: boolean;
  choices?: readonly string[];
}

/** What is known about a method without running it. */
export interface Descriptor {
  /** camelCase, unique within its family. */
  name: string;
  family: "metric" | "calibrator" | "format" | "loss" | "triage" | "sampler" | "decision" | "conformal" | "guard";
  /** One line for `--help` and the documentation table. */
  help: string;
  params: readonly Param[];
  /** Paper, book or code the method comes from, with section where it has one. */
  source: string;
  /** "raw" when the method is not invariant to adding a constant to a row: it refuses probabilities. */
  gauge?: "raw";
}

export type Params = Record<string, number | string | boolean>;

/** Defaults filled in, every value checked against its range. */
export function checkParams(method: Pick<Descriptor, "name" | "params">, given: Params = {}): Params {
  const known = new Map(method.params.map((param) => [param.name, param]));
  for (const name of Object.keys(given)) {
    if (!known.has(name)) {
      const names = [...known.keys()].join(", ") || "none";
      throw new LogitsError("bad-argument", `Cannot run ${method.name}: its parameters are ${names}, got ${name}`);
    }
  }
  const checked: Params = {};
  for (const param of method.params) {
    const value = given[param.name] ?? param.default;
    if (value === undefined) continue;
    checked[param.name] = checkParam(method.name, param, value);
  }
  return checked;
}

/** `value` itself when it is within the parameter's range. */
export function checkParam(action: string, param: Param, value: unknown): number | string | boolean {
  const refuse = (): never => {
    throw new LogitsError(
      "bad-argument",
      `Cannot run ${action}: ${param.name} must be ${rangeText(param)}, got ${String(value)}`,
    );
  };
  switch (param.type) {
    case "boolean":
      return typeof value === "boolean" ? value : refuse();
    case "string":
      return typeof value === "string" ? value : refuse();
    case "choice":
      return typeof value === "string" && (param.choices ?? []).includes(value) ? value : refuse();
    case "integer":
    case "number": {
      if (typeof value !== "number" || !Number.isFinite(value)) return refuse();
      if (param.type === "integer" && !Number.isInteger(value)) return refuse();
      const { min = -Infinity, max = Infinity } = param;
      if (value < min || value > max) return refuse();
      if ((param.exclusiveMin && value === min) || (param.exclusiveMax && value === max)) return refuse();
      return value;
    }
  }
}

/** The range in words: "a number > 0", "an integer in [1, 1000]", "one of a, b". */
export function rangeText(param: Param): string {
  if (param.type === "boolean") return "true or false";
  if (param.type === "string") return "text";
  if (param.type === "choice") return `one of ${(param.choices ?? []).join(", ")}`;
  const noun = param.type === "integer" ? "an integer" : "a number";
  const { min, max } = param;
  if (min !== undefined && max !== undefined) {
    return `${noun} in ${param.exclusiveMin ? "(" : "["}${min}, ${max}${param.exclusiveMax ? ")" : "]"}`;
  }
  if (min !== undefined) return `${noun} ${param.exclusiveMin ? ">" : "≥"} ${min}`;
  if (max !== undefined) return `${noun} ${param.exclusiveMax ? "<" : "≤"} ${max}`;
  return noun;
}

/** kebab-case of a camelCase name: the spelling of a flag. */
export function flagName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
