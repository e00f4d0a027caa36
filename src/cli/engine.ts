import type { Source } from "../core/index.js";
import { type Engine, local, manyScores } from "../plan/evaluate.js";
import type { Invocation } from "./command.js";

/** --engine, or threads when there is enough to do. */
export async function engineFor({ flags }: Invocation, source: Source): Promise<Engine> {
  const many = source.rows !== undefined && source.rows * source.classes.length >= manyScores;
  if (flags["engine"] !== "threads" && (flags["engine"] === "local" || !many)) return local;
  return (await import("../engines/threads.js")).threads();
}
