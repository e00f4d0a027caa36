// Loaded into the service: what a folder's files hold on a disk that loses everything not synced. Writes under UNSYNCED_FROM are remembered, and
// done under UNSYNCED_TO only when their file is synced, so that UNSYNCED_TO is always what is left after a power cut.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

const { UNSYNCED_FROM: from, UNSYNCED_TO: to } = process.env;
const plain = { ...fs };
const watched = new Map();

const inside = (path) => typeof path === "string" && path.startsWith(`${from}/`) && /\.sqlite/.test(path);
const shadow = (path) => `${to}/${basename(path)}`;

fs.openSync = (path, ...rest) => {
  const file = plain.openSync(path, ...rest);
  if (inside(path)) watched.set(file, { path, pending: [] });
  return file;
};
fs.closeSync = (file) => {
  watched.delete(file);
  plain.closeSync(file);
};
fs.writeSync = (file, bytes, offset, length, position) => {
  const written = plain.writeSync(file, bytes, offset, length, position);
  const one = watched.get(file);
  if (one) one.pending.push({ at: position, bytes: Buffer.from(bytes.subarray(offset, offset + written)) });
  return written;
};
fs.ftruncateSync = (file, length) => {
  plain.ftruncateSync(file, length);
  watched.get(file)?.pending.push({ length });
};
for (const name of ["fsyncSync", "fdatasyncSync"]) {
  fs[name] = (file) => {
    plain[name](file);
    const one = watched.get(file);
    if (!one) return;
    const copy = plain.openSync(shadow(one.path), plain.existsSync(shadow(one.path)) ? "r+" : "w+");
    for (const { at, bytes, length } of one.pending) {
      if (bytes) plain.writeSync(copy, bytes, 0, bytes.length, at);
      else plain.ftruncateSync(copy, length);
    }
    one.pending = [];
    plain.closeSync(copy);
  };
}
// Names are brought to the disk with their folder; a file that is gone is gone at once, which is the worse case for a log.
fs.unlinkSync = (path) => {
  plain.unlinkSync(path);
  if (inside(path)) plain.rmSync(shadow(path), { force: true });
};
// Whoever imported the functions by name gets these too.
syncBuiltinESMExports();
