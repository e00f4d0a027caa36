import { checkParams, differingClass, isObject, LogitsError, type Params } from "../core/index.js";
import { detectors as all } from "./detectors.js";
import { COMBINED, type Guard, type GuardParams } from "./method.js";
import { POOLED } from "./ranks.js";

/**
 * The guard that a JSON document holds, checked before anything uses it.
 *
 * @param document what `JSON.parse` gave.
 * @param classes the names of the scores' classes, where they are known.
 * @throws "bad-data" when it is not a guard; "mismatch" when it is another document, or of other classes.
 */
export function validateGuard(document: unknown, classes?: readonly string[]): Guard {
  if (!isObject(document)) return refuse("it must be a JSON object", document);
  const { kind, version, method, params, classes: own } = document as Partial<Guard>;
  if (kind !== "guard")
    throw new LogitsError(
      "mismatch",
      `Cannot use this document as a guard: kind must be "guard", got ${JSON.stringify(kind) ?? "none"}`,
    );
  if (version !== 1) refuse("version must be 1", version);
  if (method !== "fisher" && method !== "bonferroni") refuse("method must be fisher or bonferroni", method);
  if (!Array.isArray(own) || own.length < 2 || own.some((name) => typeof name !== "string"))
    return refuse("classes must be a list of at least 2 names", own);
  if (!isObject(params)) return refuse("params must be an object", params);
  checkContent(params, method!, own.length);
  if (classes) checkClasses(own, classes);
  return document as unknown as Guard;
}

function refuse(what: string, got: unknown): never {
  throw new LogitsError("bad-data", `Cannot use this guard: ${what}, got ${JSON.stringify(got)?.slice(0, 60)}`);
}

function checkContent(params: GuardParams, method: Guard["method"], classes: number): void {
  if (params.by !== "predicted" && params.by !== "none") refuse("by must be predicted or none", params.by);
  if (params.kind !== "logits" && params.kind !== "probs") refuse("kind must be logits or probs", params.kind);
  if (!Array.isArray(params.detectors) || params.detectors.length === 0)
    return refuse("detectors must be a list of at least one", params.detectors);
  for (const one of params.detectors) {
    const detector = all.find(({ name }) => name === one?.name);
    if (!detector) return refuse(`detectors must be some of ${all.map(({ name }) => name).join(", ")}`, one?.name);
    const own: Params = checkParams(detector, isObject(one.params) ? one.params : {});
    // What was learned is checked by whoever reads it.
    detector.measure(own, one.learned, classes);
  }
  const names = params.detectors.map(({ name }) => name);
  if (!isObject(params.ranks) || !isObject(params.ranks[POOLED]))
    refuse("ranks must have a group pooled", params.ranks);
  for (const [group, values] of Object.entries(params.ranks)) {
    if (
      group !== POOLED &&
      !(Number(group) >= 0 && Number(group) < classes && String(Math.trunc(Number(group))) === group)
    )
      refuse("each group of ranks must be pooled or the index of a class", group);
    for (const name of names) checkSorted((values as Record<string, unknown>)?.[name], `ranks of ${name} in ${group}`);
    for (const name of names) checkSorted(params.scale?.[group]?.[name], `scale of ${name} in ${group}`);
    if (method === "fisher") checkSorted(params.again?.[group], `combined ranks in ${group}`);
  }
  if (!isObject(params.reference)) refuse("reference must be an object", params.reference);
  for (const name of [COMBINED, ...names]) checkSorted(params.reference[name], `reference of ${name}`);
}

function checkSorted(values: unknown, what: string): void {
  const list = values as number[];
  if (
    !Array.isArray(values) ||
    list.length === 0 ||
    !list.every((value, i) => Number.isFinite(value) && !(value < list[i - 1]!))
  )
    refuse(`the ${what} must be a list of rising numbers`, Array.isArray(values) ? `${list.length} others` : values);
}

/** Classes that are only counted have no names that could differ. */
function checkClasses(own: readonly string[], names: readonly string[]): void {
  if (own.length !== names.length)
    throw new LogitsError(
      "mismatch",
      `Cannot use this guard: the scores must have its ${own.length} classes, got ${names.length}`,
    );
  const differ = differingClass(own, names);
  if (differ < 0) return;
  throw new LogitsError(
    "mismatch",
    `Cannot use this guard: class ${differ} of the scores must be ${own[differ]}, as where it was fitted, got ${names[differ]}`,
    { column: differ, hint: "--classes names them where they are the same by another name." },
  );
}
