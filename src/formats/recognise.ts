import { LogitsError } from "../core/index.js";
import { nameOf, partOf } from "./bytes.js";
import { gunzip, isGzip } from "./gzip.js";
import type { Bytes, RawTable, ReadOptions } from "./table.js";

type Reader = (bytes: Bytes, options: ReadOptions) => Promise<RawTable>;

/** One line a format: how it is loaded, and its extensions. Magic bytes come first; the extension decides between texts. */
const readers: Record<string, { load: () => Promise<Reader>; extensions: string[] }> = {
  npy: { load: async () => (await import("./npy.js")).readNpy, extensions: ["npy"] },
  npz: { load: async () => (await import("./npz.js")).readNpz, extensions: ["npz"] },
  safetensors: { load: async () => (await import("./safetensors.js")).readSafetensors, extensions: ["safetensors"] },
  pt: { load: async () => (await import("./pt.js")).readPt, extensions: ["pt", "pth", "bin"] },
  parquet: { load: async () => (await import("./parquet.js")).readParquet, extensions: ["parquet", "pq"] },
  arrow: {
    load: async () => (await import("./arrow.js")).readArrow,
    extensions: ["arrow", "feather", "ipc", "arrows"],
  },
  csv: { load: async () => (await import("./csv.js")).readCsv, extensions: ["csv", "tsv", "tab", "txt", "dat"] },
  json: { load: async () => (await import("./json.js")).readJson, extensions: ["json"] },
  jsonl: { load: async () => (await import("./json.js")).readJsonLines, extensions: ["jsonl", "ndjson"] },
};

/** Opens a file by what it begins with, then by its name. gzip is looked through. */
export async function openTable(given: Bytes, options: ReadOptions): Promise<RawTable> {
  if (given.byteLength === 0)
    throw new LogitsError("bad-data", `Cannot read ${nameOf(given)}: it must not be empty, got 0 bytes`);
  const start = await given.slice(0, Math.min(4, given.byteLength));
  const bytes = isGzip(start) ? await gunzip(given) : given;
  if (bytes.byteLength === 0)
    throw new LogitsError("bad-data", `Cannot read ${nameOf(given)}: it must not be empty, got 0 bytes`);
  const format = options.format ?? (await recognise(bytes));
  const reader = readers[format];
  if (!reader)
    throw new LogitsError(
      "bad-argument",
      `Cannot read ${nameOf(bytes)}: format must be one of ${Object.keys(readers).join(", ")}, got ${format}`,
    );
  return (await reader.load())(bytes, options);
}

/** Bytes that tell a format, at most. */
export const magicBytes = 12;

/** What the first bytes say by themselves: a format, "zip" (npz or PyTorch), "gzip", or "continued" (an Arrow stream, where the name says nothing else). */
export function formatOfMagic(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head.subarray(0, magicBytes));
  if (isGzip(head)) return "gzip";
  if (text.startsWith("\x93NUMPY")) return "npy";
  if (text.startsWith("PAR1")) return "parquet";
  if (text.startsWith("ARROW1")) return "arrow";
  if (text.startsWith("PK\x03\x04")) return "zip";
  if (text.slice(8, 9) === "{" && head.subarray(4, 8).every((byte) => byte === 0)) return "safetensors";
  return text.startsWith("\xff\xff\xff\xff") ? "continued" : undefined;
}

async function recognise(bytes: Bytes): Promise<string> {
  const head = await bytes.slice(0, Math.min(4096, bytes.byteLength));
  const extension = /\.([a-z0-9]+)$/i.exec(bytes.name ?? "")?.[1]?.toLowerCase() ?? "";
  const magic = formatOfMagic(head);
  if (magic === "zip") return (await isTorch(bytes, extension)) ? "pt" : "npz";
  if (magic !== undefined && magic !== "continued") return magic;
  const byName = Object.keys(readers).find((name) => readers[name]!.extensions.includes(extension));
  const trimmed = new TextDecoder()
    .decode(head)
    .replace(/^\uFEFF/, "")
    .trimStart();
  const json = trimmed.startsWith("{") || trimmed.startsWith("[");
  // A name that promises another binary format is an error of that format's reader, which says what is missing.
  if (byName && !["csv", "json", "jsonl"].includes(byName)) return byName;
  if (magic === "continued") return "arrow";
  if (byName === "json" || byName === "jsonl") return byName;
  if (byName === "csv" && !json) return "csv";
  if (json) return (await isLines(bytes)) ? "jsonl" : "json";
  return "csv";
}

async function isTorch(bytes: Bytes, extension: string): Promise<boolean> {
  if (extension === "npz") return false;
  const tail = await partOf(bytes, Math.max(0, bytes.byteLength - 65_536), bytes.byteLength).slice(
    0,
    Math.min(65_536, bytes.byteLength),
  );
  return /data\.pkl/.test(new TextDecoder("latin1").decode(tail));
}

/** Whether the first line is a JSON document of its own, and more follows. */
async function isLines(bytes: Bytes): Promise<boolean> {
  const { textLines } = await import("./lines.js");
  const lines: string[] = [];
  for await (const { text } of textLines(bytes)) {
    if (text.trim() !== "") lines.push(text);
    if (lines.length === 2) break;
  }
  try {
    const first: unknown = JSON.parse(lines[0]!);
    return lines.length === 2 || isRowObject(first);
  } catch {
    return false;
  }
}

/** An object of JSON that is one row, not a document of many. */
export function isRowObject(document: unknown): boolean {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return false;
  return !Object.values(document).some((value) => Array.isArray(value) && Array.isArray(value[0]));
}
