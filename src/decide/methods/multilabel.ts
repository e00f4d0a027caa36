import type { DecisionMethod, Json } from "../../core/index.js";
import { checkActions, checkByClass, isNumber, onlyFields, refusePolicy } from "../fields.js";
import { actionOfEach, checkOwnActions, everyAction } from "../ownActions.js";
import { besideLimit, percentOf } from "../percent.js";

/**
 * Labels that do not exclude each other: each has log-odds and a threshold of its own. All that reach theirs are listed; the decision is about the label that
 * is furthest above its threshold, or least below.
 *
 * Scores are the log-odds of each label alone (a sigmoid's input), or its probability: here a row does not sum to 1. A label without a threshold is not asked
 * about. `actions` gives a label an action of its own in the place of `above`.
 *
 * @example
 *     { method: "multilabel", params: { thresholds: { toxic: 0.4, threat: -1.1 }, actions: { threat: "ask" }, above: "hide", below: "show" } }
 */
export const multilabel: DecisionMethod = {
  name: "multilabel",
  family: "decision",
  independent: true,
  help: "One threshold a label, where labels do not exclude each other",
  params: [
    { name: "above", type: "string", default: "alert", help: "Action where a label reaches its threshold" },
    { name: "below", type: "string", default: "pass", help: "Action where none does" },
  ],
  source: "Yang, SIGIR 2001 (SCut)",
  validate(params, classes) {
    onlyFields(params, ["thresholds", "above", "below", "actions"]);
    checkByClass(params["thresholds"], "thresholds", classes, isNumber, "finite log-odds");
    if (Object.keys(params["thresholds"] as Record<string, Json>).length === 0)
      refusePolicy("thresholds must have a label", params["thresholds"]);
    checkOwnActions(params, classes);
    checkActions(params, "above", "below");
  },
  actions: (params) => everyAction(params, params["above"] as string, params["below"] as string),
  compile(params, classes) {
    const given = params["thresholds"] as Record<string, number>;
    const asked = classes.flatMap((name, k) => (name in given ? [k] : []));
    const thresholds = Float64Array.from(asked, (k) => given[classes[k]!]!);
    const actions = actionOfEach(params, classes, params["above"] as string);
    const below = params["below"] as string;
    return {
      rule(values, start, ruling) {
        let most = -Infinity;
        let first = 0;
        let odd = false;
        const labels: number[] = [];
        for (let i = 0; i < asked.length; i++) {
          const z = values[start + asked[i]!]!;
          const margin = z - thresholds[i]!;
          if (z !== z) odd = true;
          if (margin >= 0) labels.push(asked[i]!);
          if (margin > most) {
            most = margin;
            first = i;
          }
        }
        ruling.class = asked[first]!;
        ruling.logOdds = odd ? NaN : values[start + ruling.class]!;
        ruling.margin = most;
        ruling.labels = labels;
        ruling.action = labels.length > 0 ? actions[ruling.class]! : below;
      },
      reason({ class: label, logOdds, margin, labels }) {
        const limit = `its threshold of ${percentOf(thresholds[asked.indexOf(label)]!)}`;
        const more = labels && labels.length > 1 ? ` (${labels.length} labels reach theirs)` : "";
        return `${classes[label]} has ${percentOf(logOdds)}, ${besideLimit(limit, margin)}${more}`;
      },
    };
  },
};
