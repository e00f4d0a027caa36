import { existsSync } from "node:fs";
import { LogitsError } from "../../core/index.js";
import { type Head, macKey } from "../../server/audit/record.js";
import { readSecret } from "../../server/audit/secret.js";
import { type Verification, verifyTrail } from "../../server/audit/verify.js";
import { DONE, CHECK_FAILED, type Invocation, type Terminal, UsageError } from "../command.js";

export async function run({ args, flags }: Invocation, terminal: Terminal): Promise<number> {
  const folder = args[0]!;
  const file = flags["auditKey"];
  if (!existsSync(folder))
    throw new LogitsError("bad-data", `Cannot read ${folder}: a trail must be a folder, got nothing there`);
  const { value } = readSecret(folder, file === undefined ? undefined : String(file), false);
  const result = verifyTrail(folder, macKey(value), headOf(flags["head"]));
  terminal.out(flags["json"] ? `${JSON.stringify(result)}\n` : verificationText(result, flags["head"] !== undefined));
  return result.whole ? DONE : CHECK_FAILED;
}

function headOf(given: unknown): Head | undefined {
  if (given === undefined) return undefined;
  const match = /^(\d+):([0-9a-f]{64})$/.exec(String(given));
  if (!match) throw new UsageError(`--head must be a number and 64 hex digits, like 1234:9f…, got ${given}`);
  return { seq: Number(match[1]), mac: match[2]! };
}

function verificationText(
  { whole, records, days, head, first, retired, faults, headGivenUp }: Verification,
  held: boolean,
): string {
  const span = first === undefined ? "" : `, ${first} to ${head?.seq ?? first}`;
  const lines = [
    `${records.toLocaleString("en")} records in ${days.length} ${days.length === 1 ? "day" : "days"} (${days[0]}${days.length > 1 ? ` to ${days.at(-1)}` : ""})${span}`,
    ...retired.map(({ day, to }) => `${day} was given up, up to record ${to?.seq ?? 0}`),
    ...faults.map(({ day, seq, what }) => `FAULT in ${day}${seq === undefined ? "" : `, record ${seq}`}: ${what}`),
  ];
  if (head) lines.push(`head ${head.seq}:${head.mac}`);
  const sound = records > 0 ? "the chain is whole" : "there is no record, so nothing that could be verified";
  lines.push(whole ? sound : "the chain is broken");
  if (whole && !held)
    lines.push("note: without --head neither a tail that was cut off nor an old copy of the folder shows");
  if (headGivenUp) lines.push("note: the --head lies in days that were given up: a newer one says more");
  return `${lines.join("\n")}\n`;
}
