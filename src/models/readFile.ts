import { LogitsError } from "../core/index.js";

/** The bytes of a file, or of what an address gives: in a browser a path is an address. */
export async function readBytes(path: string): Promise<Uint8Array> {
  if (typeof process === "object" && process.versions?.node && !/^https?:/.test(path)) {
    const { fileBytes } = await import("../formats/file.js");
    const bytes = await fileBytes(path);
    return bytes.slice(0, bytes.byteLength).finally(() => bytes.close());
  }
  const response = await fetch(path).catch((cause: Error) => {
    const why = cause.cause instanceof Error && cause.cause.message ? cause.cause.message : cause.message;
    throw new LogitsError("bad-data", `Cannot read ${path}: there must be an answer, got none (${why})`, { cause });
  });
  if (!response.ok)
    throw new LogitsError("bad-data", `Cannot read ${path}: the answer must be 200, got ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** A JSON file; undefined where there is none. */
export async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(path);
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch (cause) {
    throw new LogitsError("bad-data", `Cannot read ${path}: it must be JSON, got ${(cause as Error).message}`, {
      cause,
    });
  }
}
