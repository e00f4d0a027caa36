import type { Policy } from "../core/index.js";
import { checkByClass, isAction } from "./fields.js";

/** Actions of single classes, in the place of the one that all classes have in common: `actions` of a policy. */
export function checkOwnActions({ actions }: Policy["params"], classes: readonly string[]): void {
  if (actions !== undefined) checkByClass(actions, "actions", classes, isAction, "an action");
}

/** Every action there is: the common one, those of single classes, and the one where no threshold is reached. */
export const everyAction = ({ actions }: Policy["params"], common: string, otherwise: string): string[] => [
  ...new Set<string>([common, ...Object.values((actions ?? {}) as Record<string, string>), otherwise]),
];

/** The action of each class. */
export function actionOfEach({ actions }: Policy["params"], classes: readonly string[], common: string): string[] {
  const own = (actions ?? {}) as Record<string, string>;
  return classes.map((name) => own[name] ?? common);
}
