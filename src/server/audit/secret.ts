import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LogitsError } from "../../core/index.js";
import { intoFolder, makeFolder } from "./folder.js";

/** What seals a trail, and where it came from, for the person who starts the service. */
export interface Secret {
  value: string;
  from: string;
  /** Made just now. */
  fresh: boolean;
}

/** The secret of a trail: a file that is named, the environment (LOGITS_AUDIT_KEY), or `key` in the folder itself, made where there is none unless `make` is false. */
export function readSecret(folder: string, file?: string, make = true): Secret {
  if (file !== undefined) return { value: checked(readFileSync(file, "utf8").trim(), file), from: file, fresh: false };
  const given = process.env["LOGITS_AUDIT_KEY"];
  if (given) return { value: checked(given, "LOGITS_AUDIT_KEY"), from: "LOGITS_AUDIT_KEY", fresh: false };
  const own = join(folder, "key");
  try {
    return { value: checked(readFileSync(own, "utf8").trim(), own), from: own, fresh: false };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR")
      throw new LogitsError("bad-data", `Cannot write a trail in ${folder}: it must be a folder, got a file`);
    if (code !== "ENOENT") throw error;
    if (!make)
      throw new LogitsError(
        "bad-data",
        `Cannot read the trail in ${folder}: there must be the key that seals it, got none`,
        {
          hint: "Give the one it was written with: --audit-key FILE or LOGITS_AUDIT_KEY. Without it nothing can be verified.",
        },
      );
  }
  const value = randomBytes(32).toString("hex");
  makeFolder(folder);
  const options = { mode: 0o600, flag: "wx", flush: true } as { mode: number };
  intoFolder(folder, () => writeFileSync(own, `${value}\n`, options));
  return { value, from: own, fresh: true };
}

function checked(value: string, from: string): string {
  if (value.length >= 16) return value;
  throw new LogitsError(
    "bad-data",
    `Cannot seal a trail: the key in ${from} must be 16 characters or more, got ${value.length}`,
  );
}
