import { type DecisionMethod, isObject, type Json } from "../../core/index.js";
import { onlyFields, refusePolicy } from "../fields.js";
import { either, percentOf } from "../percent.js";

/**
 * The action that costs least on average under the row's probabilities, each action with a cost for every class; a person's time is an action too.
 *
 * argmin_a Σ_k p_k·cost(a, k); the first listed among equals. A cost may be one number for all classes. Costs are ≥ 0, and probabilities must be calibrated,
 * since here they are believed. The margin is ln of the second lowest expected cost over the lowest.
 *
 * @example
 *     { method: "expectedCost", params: { costs: { block: { mail: 20, spam: 0 }, pass: { mail: 0, spam: 1 }, ask: 0.5 } } }
 */
export const expectedCost: DecisionMethod = {
  name: "expectedCost",
  family: "decision",
  help: "The action of the least expected cost, from a cost for each action and class",
  params: [],
  source: "Elkan, IJCAI 2001, §1",
  validate(params, classes) {
    onlyFields(params, ["costs"]);
    const { costs } = params;
    if (!isObject(costs) || Object.keys(costs).length < 2)
      return refusePolicy("costs must be an object of two actions or more", costs);
    for (const [action, byClass] of Object.entries(costs)) checkCosts(action, byClass, classes);
  },
  actions: ({ costs }) => Object.keys(costs as object),
  compile({ costs }, classes) {
    const byAction = Object.entries(costs as Record<string, number | Record<string, number>>);
    const actions = byAction.map(([action]) => action);
    const matrix = byAction.map(([, of]) =>
      Float64Array.from(classes, (name) => (typeof of === "number" ? of : of[name]!)),
    );
    const expected = new Float64Array(actions.length);
    const weights = new Float64Array(classes.length);
    return {
      rule(values, start, ruling) {
        let max = -Infinity;
        let winner = 0;
        for (let k = 0; k < weights.length; k++) {
          const z = values[start + k]!;
          if (z > max) {
            max = z;
            winner = k;
          }
        }
        let rest = 0;
        for (let k = 0; k < weights.length; k++) {
          weights[k] = Math.exp(values[start + k]! - max);
          if (k !== winner) rest += weights[k]!;
        }
        const total = rest + weights[winner]!;
        let best = 0;
        for (let a = 0; a < actions.length; a++) {
          let sum = 0;
          for (let k = 0; k < weights.length; k++) sum += weights[k]! * matrix[a]![k]!;
          expected[a] = sum / total;
          if (expected[a]! < expected[best]!) best = a;
        }
        ruling.action = actions[best]!;
        ruling.class = winner;
        ruling.logOdds = Number.isFinite(total) ? -Math.log(rest) : NaN;
        ruling.margin = marginOf(expected, best);
      },
      reason({ action, class: winner, logOdds }) {
        const cost = (a: number): string => String(Number(expected[a]!.toPrecision(3)));
        const others = actions.flatMap((name, a) => (name === action ? [] : [`${name} ${cost(a)}`]));
        return `${classes[winner]} has ${percentOf(logOdds)}; ${action} costs ${cost(actions.indexOf(action))} on average, ${either(others)}`;
      },
    };
  },
};

function marginOf(expected: Float64Array, best: number): number {
  let second = Infinity;
  for (let a = 0; a < expected.length; a++) if (a !== best && expected[a]! < second) second = expected[a]!;
  return second === expected[best] ? 0 : Math.log(second) - Math.log(expected[best]!);
}

function checkCosts(action: string, byClass: Json, classes: readonly string[]): void {
  const valid = (cost: unknown): boolean => typeof cost === "number" && cost >= 0 && cost < Infinity;
  if (typeof byClass === "number") {
    if (!valid(byClass)) refusePolicy(`the cost of ${action} must be a number ≥ 0`, byClass);
    return;
  }
  if (!isObject(byClass)) return refusePolicy(`the cost of ${action} must be a number, or one a class`, byClass);
  const odd = Object.keys(byClass).find((name) => !classes.includes(name));
  if (odd !== undefined) refusePolicy(`the cost of ${action} must be of classes of the policy`, odd);
  for (const name of classes)
    if (!valid(byClass[name]))
      refusePolicy(`the cost of ${action} for ${name} must be a number ≥ 0`, byClass[name] ?? "none");
}
