import { randomBytes } from "node:crypto";
import { close as closeDescriptor, constants, fstat, open as openFile, read, type Stats } from "node:fs";
import { type FileHandle, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { LogitsError } from "../core/index.js";
import { bytesOf, checkRange } from "./bytes.js";
import type { Bytes } from "./table.js";
import type { Sink } from "./writeTable.js";

const openDescriptor = promisify(openFile);
const statDescriptor = promisify(fstat);
const readDescriptor = promisify(read);

/** Closes the descriptors of files that were let go. */
const abandoned = new FinalizationRegistry((descriptor: number) => closeDescriptor(descriptor, () => undefined));

/** How long a named pipe may have nobody who writes to it, in ms. */
const WRITER_PATIENCE = 5000;
const PIPE_PAUSE = 10; // ms between two looks into an empty pipe

/**
 * A file on disk; read in pieces, never as a whole. A pipe cannot be read twice: all of it is kept. A device is refused, because it may have no end, and so
 * is a named pipe that nobody writes to.
 *
 * It can be read again at any time, so nobody knows the last one: the file is closed when it is let go, or by `close`. A plain descriptor, because Node
 * warns when its own collector closes a FileHandle.
 */
export async function fileBytes(path: string): Promise<Bytes & { close(): Promise<void> }> {
  const there = await stat(path).catch((error: unknown) => refused("read", path, error));
  checkReadable(path, there);
  if (there.isFIFO()) return { ...bytesOf(await pipeBytes(path), path), close: async () => undefined };
  const descriptor = await openDescriptor(path, "r").catch((error: unknown) => refused("read", path, error));
  const file: { descriptor: number | undefined } = { descriptor };
  abandoned.register(file, file.descriptor!, file);
  const { size } = await statDescriptor(file.descriptor!);
  const fill = async (start: number, into: Uint8Array): Promise<void> => {
    checkRange(start, start + into.length, size, path);
    let read = 0;
    while (read < into.length) {
      if (file.descriptor === undefined)
        throw new LogitsError("bad-argument", `Cannot read ${path}: it must be open, got a closed file`);
      const { bytesRead } = await readDescriptor(file.descriptor, into, read, into.length - read, start + read);
      // The file became shorter while it was read.
      if (bytesRead === 0) checkRange(start, start + into.length, start + read, path);
      read += bytesRead;
    }
  };
  return {
    name: path,
    byteLength: size,
    readInto: fill,
    async slice(start, end) {
      checkRange(start, end, size, path);
      const buffer = new Uint8Array(end - start);
      await fill(start, buffer);
      return buffer;
    },
    async close() {
      const { descriptor } = file;
      if (descriptor === undefined) return;
      file.descriptor = undefined;
      abandoned.unregister(file);
      await promisify(closeDescriptor)(descriptor);
    },
  };
}

/** Refuses what has no bytes of its own, or may never end. */
function checkReadable(path: string, there: Stats): void {
  if (there.isFile() || there.isFIFO()) return;
  if (there.isDirectory()) throw new LogitsError("bad-data", `Cannot read ${path}: it must be a file, got a folder`);
  throw new LogitsError(
    "bad-data",
    `Cannot read ${path}: it must be a file, got ${there.isSocket() ? "a socket" : "a device"}`,
  );
}

/** All that comes out of a pipe. What a shell hands over (/dev/fd/63, /dev/stdin) is open already; a named one must find somebody who writes. */
async function pipeBytes(path: string): Promise<Uint8Array> {
  if (/^\/(dev|proc)\//.test(path)) return new Uint8Array(await readFile(path));
  const descriptor = await openDescriptor(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) =>
    refused("read", path, error),
  );
  const pieces: Uint8Array[] = [];
  const piece = new Uint8Array(2 ** 16);
  const started = performance.now();
  let hasWriter = false;
  try {
    for (;;) {
      // Nothing yet is −1 where somebody writes, 0 where nobody does: not yet, or no more.
      const { bytesRead } = await readDescriptor(descriptor, piece, 0, piece.length, null).catch((error) => {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
        return { bytesRead: -1 };
      });
      if (bytesRead === 0 && hasWriter) break;
      hasWriter ||= bytesRead !== 0;
      if (bytesRead > 0) pieces.push(piece.slice(0, bytesRead));
      else await wait(PIPE_PAUSE);
      if (!hasWriter && performance.now() - started > WRITER_PATIENCE)
        throw new LogitsError(
          "bad-data",
          `Cannot read ${path}: a pipe must have somebody who writes to it, got none for ${WRITER_PATIENCE / 1000} s`,
        );
    }
  } finally {
    await promisify(closeDescriptor)(descriptor);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/**
 * Writes a file aside and renames it when it is whole: at `path` there is all of it, or what was there before. Where `path` is a link, that is the file it leads to.
 * A pipe or device is written directly.
 */
export async function writeFile<T>(path: string, write: (sink: Sink) => Promise<T>): Promise<T> {
  const there = await stat(path).catch(() => undefined);
  // What /dev/stdout leads to may be a file, but whoever opened it goes on with the one that is open.
  const isPlain = there === undefined || (there.isFile() && !/^\/(dev|proc)\//.test(path));
  const place = isPlain && there ? await realpath(path) : path;
  const target = isPlain ? `${place}.${randomBytes(4).toString("hex")}.part` : path;
  try {
    const handle = await open(target, "w", there?.mode);
    let result: T;
    try {
      const sink = bufferedSink((bytes) => writeAll(handle, bytes));
      result = await write(sink);
      await sink.flush();
    } finally {
      await handle.close();
    }
    if (isPlain) await rename(target, place);
    return result;
  } catch (error) {
    if (isPlain) await rm(target, { force: true }).catch(() => undefined);
    return refused("write", path, error);
  }
}

/** The text of a file. */
export async function textOf(path: string): Promise<string> {
  const bytes = await fileBytes(path);
  return new TextDecoder().decode(await bytes.slice(0, bytes.byteLength).finally(() => bytes.close()));
}

const reasons: Record<string, string> = {
  "read ENOENT": "there is no such file",
  "read EISDIR": "it must be a file, got a folder",
  "read ENOTDIR": "it must be a file in a folder, got one below a file",
  "read ELOOP": "it must be a file, got a link to itself",
  "read ENAMETOOLONG": "its name must be shorter",
  "read EACCES": "it must be a file that you may read, got no permission",
  "read EPERM": "it must be a file that you may read, got no permission",
  "write ENOENT": "its folder must exist, got none",
  "write ENOTDIR": "its folder must be a folder, got a file",
  "write EISDIR": "it must be a file, got a folder",
  "write EACCES": "it must be a place where you may write, got no permission",
  "write EROFS": "it must be a place where you may write, got a read-only file system",
  "write EFBIG": "there must be room for it, got a limit on the size of files",
  "write ENOSPC": "there must be room for it, got a full disk",
};

/** What the file system answers, as a sentence; anything else as it is. */
export function refused(action: "read" | "write", path: string, error: unknown): never {
  const reason = error instanceof Error && "code" in error ? reasons[`${action} ${String(error.code)}`] : undefined;
  if (reason === undefined) throw error;
  throw new LogitsError("bad-data", `Cannot ${action} ${path}: ${reason}`, { cause: error });
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

/** Puts small writes together. */
function bufferedSink(write: (bytes: Uint8Array) => Promise<void>): Sink & { flush(): Promise<void> } {
  const buffer = new Uint8Array(2 ** 20);
  let held = 0;
  const flush = async (): Promise<void> => {
    if (held > 0) await write(buffer.subarray(0, held));
    held = 0;
  };
  return {
    flush,
    async write(bytes) {
      if (held + bytes.length > buffer.length) await flush();
      if (bytes.length > buffer.length) return write(bytes);
      buffer.set(bytes, held);
      held += bytes.length;
    },
  };
}
