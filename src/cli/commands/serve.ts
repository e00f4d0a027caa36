import { type KeyFile, readKeys, type Scope, scopes, withNewKey, withoutKey } from "../../server/keys.js";
import { serve, type ServeOptions } from "../../server/serve.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { list } from "../flags.js";
import { version } from "../version.js";
import { writeWhole } from "../write.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  if (flags["newKey"] !== undefined || flags["revokeKey"] !== undefined) return changeKeys(invocation, terminal);
  if (flags["scopes"] !== undefined) throw new UsageError("--scopes says what a --new-key allows: give that too");
  const options = serveOptions(invocation);
  options.log = { write: (line) => terminal.err(line) };
  const running = await serve(options);
  const { current } = running.service.policies;
  const serves = [...current.named.values()].map((one) => `${one.name} ${one.version}${roleOf(one.version, current)}`);
  terminal.err(`logits serve: listening on ${running.url}, serving ${serves.join(", ")}\n`);
  for (const note of running.notes) terminal.err(`note: ${note}\n`);
  await ended();
  terminal.err("logits serve: answering what is under way, then ending\n");
  await running.close();
  return DONE;
}

function roleOf(
  version: string,
  { canary, shadow }: { canary?: { version: string; share: number }; shadow?: { version: string } },
): string {
  if (version === canary?.version) return ` (canary, ${Number((100 * canary.share).toPrecision(3))} % of rows)`;
  return version === shadow?.version ? " (shadow, only recorded)" : "";
}

function serveOptions({ flags }: Invocation): ServeOptions {
  const { policy } = flags;
  if (policy === undefined)
    throw new UsageError("logits serve needs --policy FILE|FOLDER, made by logits threshold … -o P.json");
  if ((flags["tlsCert"] === undefined) !== (flags["tlsKey"] === undefined))
    throw new UsageError("--tls-cert and --tls-key belong together: give both");
  for (const name of ["auditKey", "keep", "retain"] as const) {
    if (flags[name] !== undefined && flags["audit"] === undefined)
      throw new UsageError(`--${name === "auditKey" ? "audit-key" : name} is about a trail: give --audit DIR too`);
  }
  const options: ServeOptions = { policy: String(policy), version };
  const texts = ["host", "audit", "auditKey", "shadow", "guard", "keys", "tlsCert", "tlsKey"] as const;
  for (const name of texts) if (flags[name] !== undefined) options[name] = String(flags[name]);
  const numbers = ["port", "retain", "rate", "maxBody", "timeout", "connections"] as const;
  for (const name of numbers) if (flags[name] !== undefined) options[name] = flags[name] as number;
  if (flags["keep"] !== undefined) options.keep = flags["keep"] as NonNullable<ServeOptions["keep"]>;
  if (flags["trustProxy"]) options.trustProxy = true;
  if (flags["canary"] !== undefined) options.canary = canaryOf(String(flags["canary"]));
  return options;
}

function canaryOf(text: string): { policy: string; share: number } {
  const at = text.lastIndexOf("=");
  const share = Number(text.slice(at + 1));
  if (at < 1 || !(share > 0 && share < 1))
    throw new UsageError(`--canary must be a policy and a share in (0, 1), like new=0.05, got ${text}`);
  return { policy: text.slice(0, at), share };
}

async function changeKeys({ flags }: Invocation, terminal: Terminal): Promise<number> {
  const path = flags["keys"];
  if (path === undefined) throw new UsageError("--new-key and --revoke-key change a file of keys: give --keys FILE");
  if (flags["newKey"] !== undefined && flags["revokeKey"] !== undefined)
    throw new UsageError("--new-key and --revoke-key: give one at a time");
  const file = readKeys(String(path));
  const save = (changed: KeyFile): Promise<void> =>
    writeWhole(String(path), `${JSON.stringify(changed, undefined, 2)}\n`);
  if (flags["revokeKey"] !== undefined) {
    await save(withoutKey(file, String(flags["revokeKey"])));
    terminal.err(`logits serve: ${flags["revokeKey"]} is revoked in ${path}\n`);
    return DONE;
  }
  const allowed = list(String(flags["scopes"] ?? "decide"));
  const odd = allowed.find((scope) => !(scopes as readonly string[]).includes(scope));
  if (odd !== undefined) throw new UsageError(`--scopes must be some of ${scopes.join(", ")}, got ${odd}`);
  const { key, file: changed } = withNewKey(file, String(flags["newKey"]), allowed as Scope[]);
  await save(changed);
  terminal.out(`${key}\n`);
  terminal.err(
    `logits serve: this is the only time the key is shown; ${path} holds its hash (${allowed.join(", ")})\n`,
  );
  return DONE;
}

/** Until the process is asked to end. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
}
