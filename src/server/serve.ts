import { readFileSync, statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createSecureContext } from "node:tls";
import { LogitsError } from "../core/index.js";
import { type AppOptions, createApp } from "./app.js";
import { readSecret } from "./audit/secret.js";
import { openTrail, type Trail, TrailError } from "./audit/trail.js";
import { makeGeneration, type PolicySources, readTexts } from "./generation.js";
import { readKeys, readyKeys, type ReadyKey } from "./keys.js";
import { finishFiles } from "./policyFiles.js";
import { type Log, logTo } from "./logger.js";
import type { Keep } from "./scoresKept.js";
import { Service } from "./service.js";

export interface ServeOptions extends PolicySources, Omit<AppOptions, "keys" | "tls"> {
  /** Default 8080; 0 for any that is free. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** File of keys; it is read again when it changes. */
  keys?: string;
  /** Folder of the trail; absent: decisions are not recorded. */
  audit?: string;
  /** File with the secret that seals the trail; default LOGITS_AUDIT_KEY, else `key` in the folder. */
  auditKey?: string;
  /** Days with records that are kept; default all. */
  retain?: number;
  /** Which scores records hold; default "auto". */
  keep?: Keep;
  tlsKey?: string;
  tlsCert?: string;
  /** Where log lines go: JSON, one a line; absent: nowhere. */
  log?: { write(line: string): void };
}

/** A service that listens. */
export interface Running {
  url: string;
  service: Service;
  /** What a person should know who started it. */
  notes: string[];
  /** Answers what is under way, takes nothing new, closes the trail. Requests that have not arrived whole are waited for 5 s. */
  close(): Promise<void>;
}

/**
 * Starts the decision service.
 *
 * @throws "bad-argument" for settings that are no good together, "bad-data" and "mismatch" for policies, keys or a trail that are none.
 * @example
 *     const { url, close } = await serve({ policy: "P.json", port: 0, audit: "audit" });
 */
export async function serve({ log: lines, ...options }: ServeOptions): Promise<Running> {
  const { host = "127.0.0.1", port = 8080, version } = options;
  const notes: string[] = [];
  const log = lines && logTo(lines);
  const loopback = ["127.0.0.1", "::1", "localhost"].includes(host);
  if (options.keys === undefined && !loopback) {
    throw new LogitsError(
      "bad-argument",
      `Cannot listen on ${host} without keys: host must be 127.0.0.1, got ${host}`,
      {
        hint: "Make a key first: logits serve --keys K.json --new-key NAME. Then give --keys K.json.",
      },
    );
  }
  if (options.keys === undefined)
    notes.push("without --keys: whoever is on this machine may decide, and nobody else (127.0.0.1)");
  else if (!loopback && !options.tlsCert)
    notes.push("without --tls-cert: keys travel in the clear unless a proxy in front does TLS");
  const keys = options.keys === undefined ? undefined : watchedKeys(options.keys, log);
  const tls = tlsOf(options);
  // Before anything is written: wrong policies leave no trace.
  finishFiles(options);
  makeGeneration(options, readTexts(options), 0, new Map());
  const trail = await trailOf(options, notes);
  let service: Service;
  try {
    service = await Service.start({
      ...options,
      ...(trail && { trail, folder: options.audit! }),
      ...(log && { log }),
    });
  } catch (error) {
    await trail?.close();
    if (error instanceof TrailError)
      throw new LogitsError("bad-data", `Cannot write the trail in ${options.audit}: ${error.message}`, {
        cause: error,
      });
    throw error;
  }
  const app = createApp(service, {
    ...options,
    version,
    ...(keys && { keys }),
    ...(tls && { tls }),
  } as AppOptions);
  try {
    await app.listen({ host, port, backlog: 1024 });
  } catch (error) {
    await service.close();
    throw cannotListen(error as NodeJS.ErrnoException, host, port);
  }
  const { port: bound } = app.server.address() as AddressInfo;
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    url: `${tls ? "https" : "http"}://${shown}:${bound}`,
    service,
    notes,
    async close() {
      service.draining = true;
      // A request that does not arrive must not hold the others' end up: who asks a process to end seldom waits 30 s.
      const patience = setTimeout(() => app.server.closeAllConnections(), 5000);
      await app.close();
      clearTimeout(patience);
      await service.close();
    },
  };
}

/** Certificate and key, once it is sure that they are of one another. */
function tlsOf({ tlsKey, tlsCert }: ServeOptions): { key: string; cert: string } | undefined {
  if (tlsKey === undefined || tlsCert === undefined) return undefined;
  const pair = { key: readFileSync(tlsKey, "utf8"), cert: readFileSync(tlsCert, "utf8") };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new LogitsError(
      "bad-data",
      `Cannot serve with ${tlsCert} and ${tlsKey}: they must be a certificate and its key in PEM, got ${(error as Error).message}`,
    );
  }
  return pair;
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const got = { EADDRINUSE: "one that another program listens on", EACCES: "one that this user may not take" };
  const what = got[error.code as keyof typeof got];
  if (what === undefined) return error;
  return new LogitsError("bad-data", `Cannot listen on ${host}:${port}: the port must be free, got ${what}`, {
    hint: "Give another --port; 0 takes any that is free.",
    cause: error,
  });
}

async function trailOf({ audit, auditKey, retain }: ServeOptions, notes: string[]): Promise<Trail | undefined> {
  if (audit === undefined) {
    notes.push("without --audit: decisions are not recorded");
    return undefined;
  }
  const { value, from, fresh } = readSecret(audit, auditKey);
  if (fresh)
    notes.push(
      `made ${from}, which seals the trail: keep it elsewhere (--audit-key, LOGITS_AUDIT_KEY), or whoever can change the trail can seal it anew`,
    );
  return openTrail({
    folder: audit,
    secret: value,
    ...(retain !== undefined && { retain }),
  });
}

/** The keys of a file, read again when it has changed; a file that cannot be read leaves them as they were. */
function watchedKeys(path: string, log: Log | undefined): () => readonly ReadyKey[] {
  const stampOf = (): string => {
    const there = statSync(path, { throwIfNoEntry: false });
    return there ? `${there.mtimeMs} ${there.size} ${there.ino}` : "";
  };
  let stamp = stampOf();
  if (stamp === "") {
    throw new LogitsError("bad-data", `Cannot read ${path}: there must be a file of keys, got none`, {
      hint: `logits serve --keys ${path} --new-key NAME makes one.`,
    });
  }
  let keys = readyKeys(readKeys(path));
  let looked = performance.now();
  return () => {
    const now = performance.now();
    if (now - looked < 250) return keys;
    looked = now;
    const next = stampOf();
    if (next === stamp || next === "") return keys;
    stamp = next;
    try {
      keys = readyKeys(readKeys(path));
    } catch (error) {
      log?.error({ what: "keys" }, (error as Error).message);
    }
    return keys;
  };
}
