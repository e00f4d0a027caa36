import { type Policy, sha256 } from "../core/index.js";

/**
 * The version of a policy: the first 12 hex digits of a SHA-256 of its canonical JSON (keys in order, no spaces), so that any change is another version.
 *
 * @example
 *     policyVersion(policy)  // "3f0c9a61b2de"
 */
export function policyVersion(policy: Policy): string {
  return sha256(new TextEncoder().encode(canonical(policy))).slice(0, 12);
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const fields = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`);
  return `{${fields.join(",")}}`;
}
