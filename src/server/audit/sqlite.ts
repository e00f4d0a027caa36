import { closeSync, existsSync, fdatasyncSync, fsyncSync, openSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Database as Sqlite } from "node-sqlite3-wasm";
import { LogitsError } from "../../core/index.js";
import type { Block } from "./record.js";

// A CommonJS module that reads its WebAssembly when it is loaded: only whoever opens a trail pays for it.
const open = (path: string): Sqlite => {
  const { Database } = createRequire(import.meta.url)("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");
  return new Database(path);
};

/**
 * Lets SQLite wait with fdatasync, as it does by itself on Linux: this build knows only fsync, which waits for times of change as well and takes ten times as
 * long. Changes `node:fs` of the thread it is called in, so only a thread that does nothing else may call it.
 */
export function waitForDataOnly(): void {
  const fs = createRequire(import.meta.url)("node:fs") as { fsyncSync: (file: number) => void };
  fs.fsyncSync = (file) => fdatasyncSync(file);
}

/** Lines are bytes because this SQLite takes them without a detour; `record` shows them as text to whoever opens the file. */
const table = `
  create table if not exists block(first integer primary key, count integer not null, lines blob not null, mac blob not null);
  create view if not exists record as select first, count, cast(lines as text) as lines, hex(mac) as mac from block;
  create trigger if not exists "blocks never change" before update on block begin select raise(abort, 'blocks never change'); end;
  create trigger if not exists "blocks stay" before delete on block begin select raise(abort, 'blocks stay'); end;`;

/** Bytes of blocks in the log: whoever waits while they are moved waits for little, and the log is written over in place, which the disk does faster. */
const mostLogged = 1 << 18;

/** One day's file, open for writing by this process alone. */
export interface DayFile {
  /** The block is on the disk when this returns, or it is not there and this throws. */
  commit(block: Block): void;
  last(): Block | undefined;
  /** The code of the block before this one, if it is in this file. */
  before(first: number): Uint8Array | undefined;
  /** Moves the log into the file, once there is enough of it. What is in the log is safe: a failure is tried again. */
  tidy(): void;
  close(): void;
}

export function openDay(path: string): DayFile {
  removeLock(path);
  try {
    return opened(path);
  } catch (error) {
    if ((error as Error).name !== "SQLite3Error" || !/not a database|malformed/.test((error as Error).message))
      throw error;
    throw new LogitsError(
      "bad-data",
      `Cannot go on with ${path}: it must be a day of a trail, got ${(error as Error).message}`,
      {
        hint: "It was changed or damaged: keep it, see logits audit verify, and give the service another --audit folder.",
        cause: error,
      },
    );
  }
}

function opened(path: string): DayFile {
  const database = open(path);
  try {
    return prepared(database, path);
  } catch (error) {
    // A full disk is tried again and again: none may leave a file open.
    database.close();
    throw error;
  }
}

function prepared(database: Sqlite, path: string): DayFile {
  // Exclusive: the write-ahead log then needs no shared memory, which this SQLite has not. Full: every commit waits for the disk.
  // Pages of 8 KiB: a page is two writes, and a block of batches is many pages; larger ones would cost a block of one decision more than it holds.
  database.exec(
    "pragma page_size = 8192; pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full",
  );
  // Not in the middle of a commit, which somebody waits for: `tidy` does it.
  database.exec("pragma wal_autocheckpoint = 0");
  database.exec(table);
  syncFolder(path);
  let logged = 0;
  const insert = database.prepare("insert into block values(?, ?, ?, ?)");
  const one = (sql: string, values: number[] = []): Block | undefined => {
    const row = database.get(sql, values);
    return row ? blockOf(row) : undefined;
  };
  return {
    commit({ first, count, lines, mac }) {
      try {
        insert.run([first, count, lines, mac]);
      } catch (error) {
        if (database.inTransaction) database.exec("rollback");
        throw error;
      }
      logged += lines.length;
    },
    tidy() {
      if (logged < mostLogged) return;
      logged = 0;
      try {
        database.exec("pragma wal_checkpoint(passive)");
      } catch {
        // The disk may be full. The log stays, and grows until there is space.
      }
    },
    last: () => one("select * from block order by first desc limit 1"),
    before: (first) => one("select * from block where first < ? order by first desc limit 1", [first])?.mac,
    close() {
      insert.finalize();
      database.close();
    },
  };
}

/** The blocks of a file that nobody writes to, in order. */
export function* readBlocks(path: string): Generator<Block> {
  removeLock(path);
  const database = open(path);
  try {
    database.exec("pragma locking_mode = exclusive");
    const rows = database.prepare("select * from block order by first");
    try {
      for (const row of rows.iterate()) yield blockOf(row);
    } finally {
      rows.finalize();
    }
  } finally {
    database.close();
  }
}

function blockOf({ first, count, lines, mac }: Record<string, unknown>): Block {
  return { first: Number(first), count: Number(count), lines: lines as Uint8Array, mac: mac as Uint8Array };
}

/** This SQLite locks by a folder, which a killed process leaves behind; who may write is settled before (`owner.ts`). */
function removeLock(path: string): void {
  if (existsSync(`${path}.lock`)) rmSync(`${path}.lock`, { recursive: true, force: true });
}

/** A new file's name is on the disk only once its folder is. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
