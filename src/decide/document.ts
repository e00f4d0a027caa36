import {
  type DecisionMethod,
  differingClass,
  type Guarantee,
  isObject,
  LogitsError,
  type Policy,
  type Rule,
} from "../core/index.js";
import { isAction, refusePolicy } from "./fields.js";

const fields: readonly string[] =
  "kind version name method params classes calibrator rules guarantee further whenRevoked fittedOn metrics".split(" ");

/** The policy that a JSON document holds, read with these methods. */
export function readPolicy(document: unknown, methods: readonly DecisionMethod[], classes?: readonly string[]): Policy {
  if (!isObject(document)) return refusePolicy("it must be a JSON object", document);
  const odd = Object.keys(document).find((name) => !fields.includes(name));
  if (document["kind"] !== "policy")
    throw new LogitsError(
      "mismatch",
      `Cannot use this document as a policy: kind must be "policy", got ${JSON.stringify(document["kind"]) ?? "none"}`,
    );
  if (odd !== undefined) refusePolicy(`its fields must be some of ${fields.join(", ")}`, odd);
  if (document["version"] !== 1) refusePolicy("version must be 1", document["version"]);
  const policy = document as unknown as Policy;
  const method = methods.find(({ name }) => name === policy.method);
  if (!method)
    return refusePolicy(`method must be one of ${methods.map(({ name }) => name).join(", ")}`, policy.method);
  if (!isObject(policy.params)) refusePolicy("params must be an object", policy.params);
  checkNames(policy.classes);
  if (classes) checkSameClasses(policy.classes, classes);
  method.validate(policy.params, policy.classes);
  checkRest(policy, method);
  return policy;
}

function checkRest(policy: Policy, method: DecisionMethod): void {
  const { name, calibrator, rules, guarantee, further, whenRevoked } = policy;
  if (name !== undefined && (typeof name !== "string" || name === "")) refusePolicy("name must be a word", name);
  if (calibrator !== undefined && !(isObject(calibrator) && isObject(calibrator.params)))
    refusePolicy("calibrator must be an object with method and params", calibrator);
  if (rules !== undefined && !Array.isArray(rules)) refusePolicy("rules must be a list", rules);
  for (const rule of rules ?? []) checkRule(rule, policy.classes, method.actions(policy.params));
  if (further !== undefined && !Array.isArray(further)) refusePolicy("further must be a list", further);
  for (const one of [...(guarantee === undefined ? [] : [guarantee]), ...(further ?? [])]) checkGuarantee(one);
  if (whenRevoked !== undefined) checkWhenRevoked(whenRevoked, [...method.actions(policy.params), ...insteads(rules)]);
}

const insteads = (rules: readonly Rule[] = []): string[] => rules.map(({ instead }) => instead);

function checkWhenRevoked(whenRevoked: unknown, actions: readonly string[]): void {
  if (isAction(whenRevoked)) return;
  if (!isObject(whenRevoked) || Object.keys(whenRevoked).length === 0)
    return refusePolicy("whenRevoked must name an action, or one in the place of another as {block: ask}", whenRevoked);
  for (const [action, instead] of Object.entries(whenRevoked)) {
    if (!actions.includes(action))
      refusePolicy(`whenRevoked must be of actions of the policy (${actions.join(", ")})`, action);
    if (!isAction(instead)) refusePolicy(`whenRevoked of ${action} must name an action`, instead);
  }
}

function checkNames(classes: unknown): void {
  if (!Array.isArray(classes) || classes.length === 0 || classes.some((name) => typeof name !== "string"))
    return refusePolicy("classes must be a list of names", classes);
  if (new Set(classes).size !== classes.length) refusePolicy("classes must be named each once", classes);
}

/** Another number of classes is other scores; so are other names, or the same in another order. Classes that are only counted have none. */
function checkSameClasses(own: readonly string[], names: readonly string[]): void {
  const refuse = (must: string, got: string | number, column?: number): never => {
    throw new LogitsError("mismatch", `Cannot use this policy: ${must}, got ${got}`, {
      ...(column === undefined ? {} : { column }),
      hint: "Is it the policy of these scores? --classes names them where they are the same by another name.",
    });
  };
  if (own.length !== names.length) refuse(`the scores must have its ${own.length} classes`, names.length);
  const differ = differingClass(own, names);
  if (differ >= 0) refuse(`class ${differ} of the scores must be ${own[differ]}`, names[differ]!, differ);
}

function checkRule(rule: Rule, classes: readonly string[], actions: readonly string[]): void {
  if (!isObject(rule)) return refusePolicy("a rule must be an object", rule);
  const odd = Object.keys(rule).find((name) => !["never", "classes", "instead"].includes(name));
  if (odd !== undefined) refusePolicy("a rule may have never, classes, instead", odd);
  // A rule against an action that never happens is a slip, and protects nobody.
  if (!actions.includes(rule.never))
    refusePolicy(`never must be an action of the policy (${actions.join(", ")})`, rule.never);
  if (!isAction(rule.instead)) refusePolicy("instead must name an action", rule.instead);
  if (rule.instead === rule.never) refusePolicy("instead must be another action", rule.instead);
  const unknown = (rule.classes ?? []).find((name) => !classes.includes(name));
  if (
    rule.classes !== undefined &&
    (!Array.isArray(rule.classes) || rule.classes.length === 0 || unknown !== undefined)
  )
    refusePolicy("classes of a rule must be classes of the policy", unknown ?? rule.classes);
}

function checkGuarantee(guarantee: Guarantee): void {
  if (!isObject(guarantee)) return refusePolicy("guarantee must be an object", guarantee);
  const { rate, side, bound, confidence } = guarantee;
  if (!["fpr", "precision", "recall", "risk", "alerts"].includes(rate))
    refusePolicy("the rate of a guarantee must be fpr, precision, recall, risk or alerts", rate);
  if (side !== "at most" && side !== "at least") refusePolicy('its side must be "at most" or "at least"', side);
  if (!(typeof bound === "number" && bound >= 0 && bound <= 1)) refusePolicy("its bound must be in [0, 1]", bound);
  if (!(typeof confidence === "number" && confidence > 0 && confidence < 1))
    refusePolicy("its confidence must be in (0, 1)", confidence);
}
