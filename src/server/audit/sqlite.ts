import { closeSync, existsSync, fsyncSync, openSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Database as Sqlite } from "node-sqlite3-wasm";
import type { Sealed } from "./record.js";

// A CommonJS module that reads its WebAssembly when it is loaded: only whoever opens a trail pays for it.
const open = (path: string): Sqlite => {
  const { Database } = createRequire(import.meta.url)("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");
  return new Database(path);
};

const table = `
  create table if not exists record(
    seq integer primary key, at integer not null, kind text not null, id text not null, body text not null, scores blob, mac blob not null);
  create trigger if not exists "records never change" before update on record begin select raise(abort, 'records never change'); end;
  create trigger if not exists "records stay" before delete on record begin select raise(abort, 'records stay'); end;`;

/** One file of records, open for writing by this process alone. */
export interface RecordFile {
  /** All of them are on the disk when this returns, or none is and it throws. */
  commit(records: readonly Sealed[]): void;
  last(): Sealed | undefined;
  /** The code of the record before this one, if it is in this file. */
  before(seq: number): Uint8Array | undefined;
  close(): void;
}

export function openRecords(path: string): RecordFile {
  removeLock(path);
  const database = open(path);
  // Exclusive: the write-ahead log then needs no shared memory, which this SQLite has not. Full: every commit waits for the disk.
  database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full");
  database.exec("pragma wal_autocheckpoint = 4000");
  database.exec(table);
  syncFolder(path);
  const insert = database.prepare("insert into record values(?, ?, ?, ?, ?, ?, ?)");
  return {
    commit(records) {
      database.exec("begin");
      try {
        for (const { seq, at, kind, id, body, scores, mac } of records)
          insert.run([seq, at, kind, id, body, scores ?? null, mac]);
        database.exec("commit");
      } catch (error) {
        if (database.inTransaction) database.exec("rollback");
        throw error;
      }
    },
    last: () => {
      const row = database.get("select * from record order by seq desc limit 1");
      return row ? sealed(row) : undefined;
    },
    before: (seq) => database.get("select mac from record where seq = ?", [seq - 1])?.["mac"] as Uint8Array | undefined,
    close() {
      insert.finalize();
      database.close();
    },
  };
}

/** The records of a file that nobody writes to, in order. */
export function* readRecords(path: string, from = 0): Generator<Sealed> {
  removeLock(path);
  const database = open(path);
  try {
    database.exec("pragma locking_mode = exclusive");
    const rows = database.prepare("select * from record where seq >= ? order by seq");
    try {
      for (const row of rows.iterate([from])) yield sealed(row);
    } finally {
      rows.finalize();
    }
  } finally {
    database.close();
  }
}

function sealed(row: Record<string, unknown>): Sealed {
  const { seq, at, kind, id, body, scores, mac } = row;
  const record = { seq: Number(seq), at: Number(at), kind, id, body, mac } as Sealed;
  if (scores !== null) record.scores = scores as Uint8Array;
  return record;
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
