import { type DecisionMethod, isObject, type Json, type Policy, type Ruler } from "../../core/index.js";
import { checkClasses, indicesOf, onlyFields, refusePolicy } from "../fields.js";

interface Stage {
  method: string;
  params: Policy["params"];
  /** Classes that are held against each other from here on; absent: all. */
  among?: string[];
  /** The action that hands the row on to the next stage. */
  next?: string;
}

/**
 * One way of deciding after another: "first spam, then kind". A stage whose action is its `next` hands the row on; the first that does anything else has
 * decided. A stage may look at some classes alone (`among`): probabilities are then those among them.
 *
 * @param methods what a stage may be
 * @example
 *     { method: "cascade", params: { stages: [
 *       { method: "threshold", params: { positive: ["spam"], threshold: 2.9, above: "block", below: "keep" }, next: "keep" },
 *       { method: "selective", params: { threshold: 1, accept: "file", abstain: "ask" }, among: ["work", "private", "news"] } ] } }
 */
export function cascadeOf(methods: readonly DecisionMethod[]): DecisionMethod {
  const methodOf = ({ method }: Stage): DecisionMethod => methods.find(({ name }) => name === method)!;
  return {
    name: "cascade",
    family: "decision",
    help: "One way of deciding after another, each for the rows that the last handed on",
    params: [],
    source: "Viola and Jones, CVPR 2001, §4",
    validate(params, classes) {
      onlyFields(params, ["stages"]);
      const stages = params["stages"];
      if (!Array.isArray(stages) || stages.length < 2)
        return refusePolicy("stages must be a list of two or more", stages);
      for (const [i, stage] of stages.entries()) checkStage(stage, i === stages.length - 1, classes, methods);
    },
    actions: ({ stages }) => [
      ...new Set(
        (stages as unknown as Stage[]).flatMap((stage) =>
          methodOf(stage)
            .actions(stage.params)
            .filter((action) => action !== stage.next),
        ),
      ),
    ],
    compile({ stages }, classes) {
      const compiled = (stages as unknown as Stage[]).map((stage) => compileStage(stage, methodOf(stage), classes));
      return {
        rule(values, start, ruling) {
          for (let i = 0; i < compiled.length; i++) {
            const { rule, next } = compiled[i]!;
            rule(values, start, ruling);
            ruling.stage = i;
            // What has no probabilities is refused, not handed on.
            if (ruling.action !== next || ruling.logOdds !== ruling.logOdds) return;
          }
        },
        reason(ruling, p) {
          const stage = ruling.stage!;
          return `${stage > 0 ? `stage ${stage + 1}: ` : ""}${compiled[stage]!.reason(ruling, p)}`;
        },
      };
    },
  };
}

/** A stage that reads the whole row, and speaks of classes by their index there. */
function compileStage(stage: Stage, method: DecisionMethod, classes: readonly string[]): Ruler & { next?: string } {
  const next = stage.next === undefined ? {} : { next: stage.next };
  if (!stage.among) return { ...method.compile(stage.params, classes), ...next };
  const columns = indicesOf(stage.among, classes);
  const inner = method.compile(stage.params, stage.among);
  const scores = new Float64Array(columns.length);
  return {
    ...next,
    rule(values, start, ruling) {
      for (let k = 0; k < columns.length; k++) scores[k] = values[start + columns[k]!]!;
      inner.rule(scores, 0, ruling);
      ruling.class = columns[ruling.class]!;
    },
    reason: (ruling, p) => inner.reason({ ...ruling, class: columns.indexOf(ruling.class) }, p),
  };
}

function checkStage(given: Json, last: boolean, classes: readonly string[], methods: readonly DecisionMethod[]): void {
  if (!isObject(given)) return refusePolicy("a stage must be an object", given);
  onlyFields(given, ["method", "params", "among", "next"]);
  const stage = given as unknown as Stage;
  const method = methods.find(({ name, independent }) => name === stage.method && !independent);
  if (!method) {
    const names = methods.flatMap(({ name, independent }) => (independent ? [] : [name]));
    return refusePolicy(`the method of a stage must be one of ${names.join(", ")}`, stage.method);
  }
  if (stage.among !== undefined) {
    checkClasses(stage.among, "among", classes);
    if (stage.among.length < 2) refusePolicy("among must have two classes", stage.among);
  }
  if (!isObject(stage.params)) return refusePolicy("params of a stage must be an object", stage.params);
  method.validate(stage.params, stage.among ?? classes);
  const actions = method.actions(stage.params);
  if (last && stage.next !== undefined) refusePolicy("the last stage must have no next", stage.next);
  if (!last && !actions.includes(stage.next ?? ""))
    refusePolicy(`next must be an action of its stage (${actions.join(", ")})`, stage.next ?? "none");
}
