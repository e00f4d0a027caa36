import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { LogitsError } from "../core/index.js";

export type Scope = "decide" | "label" | "admin";
export const scopes: readonly Scope[] = ["decide", "label", "admin"];

/** A key as the file keeps it: never the key itself. */
export interface StoredKey {
  name: string;
  scopes: Scope[];
  /** SHA-256 of the key, 64 hex digits. A key is 256 random bits, so a slow hash would protect nothing more. */
  sha256: string;
  created: string;
  revoked?: string;
}

export interface KeyFile {
  kind: "keys";
  version: 1;
  keys: StoredKey[];
}

/** Who a request is from. */
export interface Caller {
  name: string;
  allowed: ReadonlySet<Scope>;
}

/** A stored key, made ready to be compared. */
export interface ReadyKey {
  hash: Buffer;
  caller: Caller;
  revoked: boolean;
}

/**
 * The caller who presents a key, or why there is none.
 *
 * Its hash is compared with all hashes, each in constant time and none left out, so the time says neither how much of a key was right nor which it was.
 */
export function admit(
  keys: readonly ReadyKey[],
  presented: string | undefined,
): Caller | "missing" | "wrong" | "revoked" {
  if (presented === undefined || presented === "") return "missing";
  const hash = createHash("sha256").update(presented).digest();
  let found = -1;
  for (let i = 0; i < keys.length; i++) found = timingSafeEqual(hash, keys[i]!.hash) ? i : found;
  if (found < 0) return "wrong";
  const { caller, revoked } = keys[found]!;
  return revoked ? "revoked" : caller;
}

/** The key of an Authorization header. Schemes are the same in small and large letters (RFC 9110 §11.1). */
export function bearer(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +(.*)$/i.exec(header)?.[1]!.trim();
}

export function readyKeys({ keys }: KeyFile): ReadyKey[] {
  return keys.map(({ name, scopes: allowed, sha256, revoked }) => ({
    hash: Buffer.from(sha256, "hex"),
    caller: { name, allowed: new Set(allowed) },
    revoked: revoked !== undefined,
  }));
}

/** The keys in a file; a file that is not there holds none. */
export function readKeys(path: string): KeyFile {
  if (!existsSync(path)) return { kind: "keys", version: 1, keys: [] };
  const text = readFileSync(path, "utf8");
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the file: that may be a key itself, and this is logged.
    throw refusal(path, `it must be a JSON document, got ${text.length} characters that are none`);
  }
  const { kind, version, keys } = (document ?? {}) as Partial<KeyFile>;
  if (kind !== "keys" || version !== 1 || !Array.isArray(keys))
    throw refusal(path, 'kind must be "keys", version 1, and keys a list, got another document');
  const odd = keys.find((key) => !isSound(key));
  if (odd !== undefined)
    throw refusal(
      path,
      `each key must have a name, scopes (${scopes.join(", ")}) and a sha256, got ${JSON.stringify(odd?.name)}`,
    );
  return document as KeyFile;
}

function isSound(key: Partial<StoredKey> | null): boolean {
  return (
    typeof key?.name === "string" &&
    Array.isArray(key.scopes) &&
    key.scopes.every((scope) => scopes.includes(scope)) &&
    /^[0-9a-f]{64}$/.test(String(key.sha256))
  );
}

/** A new key, to be shown once, and the file with its hash. */
export function withNewKey(
  file: KeyFile,
  name: string,
  allowed: Scope[],
  now: Date = new Date(),
): { key: string; file: KeyFile } {
  if (file.keys.some((key) => key.name === name && !key.revoked))
    throw new LogitsError("bad-argument", `Cannot make a key: its name must be a new one, got ${name}`, {
      hint: `--revoke-key ${name} first.`,
    });
  const key = `lgt_${randomBytes(32).toString("base64url")}`;
  const sha256 = createHash("sha256").update(key).digest("hex");
  const stored: StoredKey = { name, scopes: allowed, sha256, created: now.toISOString() };
  return { key, file: { ...file, keys: [...file.keys, stored] } };
}

/** The file after a key has been taken back: it stays in it, so that whoever presents it is told. */
export function withoutKey(file: KeyFile, name: string, now: Date = new Date()): KeyFile {
  const valid = file.keys.filter(({ revoked }) => revoked === undefined).map((key) => key.name);
  if (!valid.includes(name))
    throw new LogitsError(
      "bad-argument",
      `Cannot revoke a key: its name must be ${valid.length > 0 ? `one of ${valid.join(", ")}` : "in the file, which has no valid one"}, got ${name}`,
    );
  const revoked = now.toISOString();
  return {
    ...file,
    keys: file.keys.map((key) => (key.name === name && !key.revoked ? { ...key, revoked } : key)),
  };
}

function refusal(path: string, what: string): LogitsError {
  return new LogitsError("bad-data", `Cannot read the keys in ${path}: ${what}`);
}
