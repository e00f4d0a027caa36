import { type LogprobStep, type Precision, roundingError } from "../../core/index.js";
import { isListed, same } from "./sameToken.js";

type Step = Omit<LogprobStep, "coverage" | "span">;

/** Two numbers of one token differ by more than f32 arithmetic at two places leaves between them. */
const apart = 1e-3;

/** Whether a token that the list lacks is more probable than its last: it is not the list of the most probable ones, whatever it is. */
export function leavesOut(step: Step, precision: Precision): boolean {
  const last = step.top.findLast(({ logprob }) => logprob > -Infinity);
  if (last === undefined || isListed(step)) return false;
  return step.logprob > last.logprob + 2 * roundingError(last.logprob, precision) + apart;
}

/** Whether the chosen token has one number of its own and another in the list. */
export function disagrees(step: Step, precision: Precision): boolean {
  if (step.logprob === -Infinity) return false;
  const listed = step.top.filter((token) => token.logprob > -Infinity && same(token, step));
  const near = apart + 2 * roundingError(step.logprob, precision);
  return listed.length > 0 && listed.every(({ logprob }) => Math.abs(logprob - step.logprob) > near);
}

/** `what` of `count` things, which the note agrees with in number. */
export function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}
