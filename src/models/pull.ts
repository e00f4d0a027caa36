import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LogitsError } from "../core/index.js";
import { fileBytes } from "../formats/file.js";
import { zipMembers } from "../formats/zip.js";
import { type KnownFile, type KnownModel, knownModels } from "./catalogue.js";
import { isDead } from "./isDead.js";

export interface PullOptions {
  /** An address, a file (the model itself, or a wheel or zip that holds it) or a folder. Default: the hub. */
  from?: string;
  /** Default: LOGITS_CACHE, else the cache folder of the user. */
  cache?: string;
  /** Called while something comes over a network, with the bytes that are there and those that there will be. */
  onFetch?: (received: number, of: number) => void;
}

/** Where fetched models lie. */
export function cacheFolder(): string {
  const { LOGITS_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  return LOGITS_CACHE ?? join(XDG_CACHE_HOME ?? LOCALAPPDATA ?? join(homedir(), ".cache"), "logits", "models");
}

/** @throws "bad-argument" for a name that is not in the catalogue. */
export function knownModel(name: string): KnownModel {
  const model = knownModels.find((known) => known.name === name);
  if (model) return model;
  const names = knownModels.map((known) => known.name).join(" or ");
  throw new LogitsError("bad-argument", `Cannot fetch a model: its name must be ${names}, got ${name}`);
}

/** The file of a model in the cache, or undefined. */
export async function cachedFile(
  { file, bytes }: KnownFile,
  cache: string = cacheFolder(),
): Promise<string | undefined> {
  const path = join(cache, file);
  const found = await stat(path).catch(() => undefined);
  return found?.size === bytes ? path : undefined;
}

/**
 * Fetches a model into the cache and checks its SHA-256: what is in the cache is whole and the right one. A model that is there is only checked.
 *
 * @throws "bad-data" when it cannot be reached, or is another file.
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<{ path: string; fetched: boolean }> {
  return pullFile(knownModel(name), options);
}

/** The same of any file whose sum is known. */
export async function pullFile(
  model: KnownFile,
  { from, cache = cacheFolder(), onFetch }: PullOptions = {},
): Promise<{ path: string; fetched: boolean }> {
  const { name } = model;
  const path = join(cache, model.file);
  const there = await cachedFile(model, cache);
  if (there && (await sha256Of(there)) === model.sha256) return { path, fetched: false };
  await mkdir(cache, { recursive: true });
  await sweep(cache, model.file);
  const part = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.part`;
  try {
    const source = from ?? model.address;
    await bring(source, model, part, onFetch);
    const { size } = await stat(part);
    if (size !== model.bytes)
      throw new LogitsError(
        "bad-data",
        `Cannot fetch ${name}: it must be ${bytesText(model.bytes)}, got ${bytesText(size)}`,
        {
          hint: `${source} is another file, or only a part of it.`,
        },
      );
    const hash = await sha256Of(part);
    if (hash !== model.sha256) {
      throw new LogitsError("bad-data", `Cannot fetch ${name}: the SHA-256 must be ${model.sha256}, got ${hash}`, {
        hint: `${source} is another file, or was changed on the way.`,
      });
    }
    await rename(part, path);
    return { path, fetched: true };
  } finally {
    await rm(part, { force: true });
    await rm(`${part}.zip`, { force: true });
  }
}

/** Takes away what a process that was killed had fetched of a file. */
async function sweep(cache: string, file: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const pid =
      name.startsWith(`${file}.`) && /^(\d+)(?:-[0-9a-f]{8})?\.part(?:\.zip)?$/.exec(name.slice(file.length + 1))?.[1];
    if (pid && isDead(Number(pid))) await rm(join(cache, name), { force: true });
  }
}

async function bring(source: string, model: KnownFile, part: string, onFetch?: PullOptions["onFetch"]): Promise<void> {
  const isArchive = /\.(whl|zip)$/i.test(source.replace(/[?#].*$/, ""));
  if (/^https?:/.test(source)) {
    await download(source, model, isArchive ? `${part}.zip` : part, isArchive ? undefined : model.bytes, onFetch);
    if (isArchive) await unpack(`${part}.zip`, model, part);
    return;
  }
  const found = await stat(source).catch(() => undefined);
  if (!found) throw missing(model, source, "there is no such file");
  if (found.isDirectory()) {
    const names = await readdir(source);
    const inside = names.find((name) => name === model.file) ?? names.find((name) => /smollm2.*\.whl$/i.test(name));
    if (!inside) throw missing(model, source, `it must hold ${model.file}`);
    return bring(join(source, inside), model, part);
  }
  if (!found.isFile()) throw missing(model, source, "it must be a file or a folder");
  if (isArchive) return unpack(source, model, part);
  await pipeline(createReadStream(source), createWriteStream(part));
}

async function unpack(archive: string, model: KnownFile, part: string): Promise<void> {
  const bytes = await fileBytes(archive);
  try {
    const member = (await zipMembers(bytes)).find(({ name }) => name.split("/").at(-1) === model.file);
    if (!member) throw missing(model, archive, `it must hold ${model.file}`);
    const reader = await member.open();
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < member.byteLength; at += 2 ** 20) {
        const piece = new Uint8Array(Math.min(2 ** 20, member.byteLength - at));
        await reader.read(at, piece);
        yield piece;
      }
    };
    await pipeline(Readable.from(pieces()), createWriteStream(part));
    await reader.close?.();
  } finally {
    await bytes.close();
  }
}

/** @param expected bytes, where the file is not in an archive whose size nobody knows */
async function download(
  address: string,
  model: KnownFile,
  part: string,
  expected: number | undefined,
  onFetch: PullOptions["onFetch"],
): Promise<void> {
  const response = await fetch(address).catch((cause: unknown) => {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : (cause as Error);
    throw missing(model, address, inner.message || inner.name);
  });
  if (!response.ok || !response.body) throw missing(model, address, `the answer was ${response.status}`);
  const said = Number(response.headers.get("content-length") ?? NaN);
  const isPacked = response.headers.get("content-encoding") !== null;
  const total = expected ?? (isPacked ? NaN : said);
  if (!isPacked && said > 0 && said !== total) {
    await response.body.cancel();
    throw missing(model, address, `it must be ${bytesText(total)}, got ${bytesText(said)}`);
  }
  const limit = expected ?? 2 * model.bytes;
  let received = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _, done) {
      received += chunk.length;
      if (received <= limit && total > 0) onFetch?.(received, total);
      done(received > limit ? new Error(`it must be at most ${bytesText(limit)}, got more`) : null, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(response.body as import("node:stream/web").ReadableStream),
    counted,
    createWriteStream(part),
  ).catch((cause: NodeJS.ErrnoException) => {
    // Of the stream itself: the other side went away.
    const isCut = received <= limit && cause.syscall !== "write" && cause.syscall !== "open";
    const of = total > 0 ? ` of ${total.toLocaleString("en")}` : "";
    throw missing(
      model,
      address,
      isCut ? `the connection ended after ${received.toLocaleString("en")}${of} bytes` : cause.message,
    );
  });
}

const bytesText = (bytes: number): string => `${bytes.toLocaleString("en")} byte${bytes === 1 ? "" : "s"}`;

function missing(model: KnownFile, source: string, why: string): LogitsError {
  return new LogitsError("bad-data", `Cannot fetch ${model.name} from ${source}: ${why}`, {
    hint: `Without a network: ${model.offline}`,
  });
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
