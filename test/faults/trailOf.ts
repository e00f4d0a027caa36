import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsOf, type Verification, verifyTrail } from "logits/server";
import { macKey } from "../../src/server/audit/record.js";

/** A trail as it is on the disk: whether it is whole, and how often each request is in it. */
export function trailOf(
  folder: string,
  key = join(folder, "key"),
): { verification: Verification; ids: Map<string, number> } {
  const verification = verifyTrail(folder, macKey(readFileSync(key, "utf8").trim()));
  const ids = new Map<string, number>();
  for (const { kind, id } of recordsOf(folder)) if (kind === "decide") ids.set(id, (ids.get(id) ?? 0) + 1);
  return { verification, ids };
}
