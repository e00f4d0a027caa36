import { UsageError } from "./command.js";

/** A number as people write the size of a change: 0.03 or 8/255. */
export function fraction(flag: string, given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const [above, below = 1, ...more] = String(given)
    .split("/")
    .map((part) => (part.trim() === "" ? NaN : Number(part)));
  const value = above! / below;
  if (more.length === 0 && value > 0 && value <= 1) return value;
  throw new UsageError(`${flag} must be in (0, 1], as 0.03 or 8/255, got ${given}`);
}
