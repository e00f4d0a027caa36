import type { Compressors, FileMetaData } from "hyparquet";
import { LogitsError } from "../core/index.js";
import { maxHeaderBytes, maxPageBytes } from "./limits.js";
import { nameOf } from "./bytes.js";
import type { Bytes } from "./table.js";
import { zstdFrame } from "./zstdFrame.js";

const encodings = [
  "PLAIN",
  "GROUP_VAR_INT",
  "PLAIN_DICTIONARY",
  "RLE",
  "BIT_PACKED",
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "RLE_DICTIONARY",
  "BYTE_STREAM_SPLIT",
] as const;

/** The head of one page, of either version, dictionary or data. */
export interface PageHead {
  type: "data" | "data2" | "dictionary" | "other";
  /** Bytes of the head itself. */
  headBytes: number;
  packed: number;
  unpacked: number;
  count: number;
  encoding: string;
  /** Version 2: bytes of the repetition and definition levels, and whether the values after them are compressed. */
  repetitionBytes: number;
  definitionBytes: number;
  compressed: boolean;
}

/** The parts of hyparquet that are used: its footer, its Thrift, its decompressors, and its own reader for what is rare. */
export interface ParquetLibrary {
  readMetadata(bytes: Bytes): Promise<FileMetaData>;
  readPageHead(bytes: Uint8Array): PageHead;
  decompress(codec: string, packed: Uint8Array, unpacked: number): Uint8Array;
  /** Values of a top-level column in [rowStart, rowEnd), assembled by hyparquet: nested lists, null for what is missing. */
  readColumn(
    bytes: Bytes,
    metadata: FileMetaData,
    column: string,
    rowStart: number,
    rowEnd: number,
  ): Promise<ArrayLike<unknown>>;
}

export async function parquetLibrary(): Promise<ParquetLibrary> {
  const [{ parquetMetadataAsync, parquetScan }, { deserializeTCompactProtocol }, { compressors, decompressZstd }] =
    await Promise.all([import("hyparquet"), import("hyparquet/src/thrift.js"), import("hyparquet-compressors")]);
  const bounded: Compressors = Object.fromEntries(
    Object.entries(compressors).map(([codec, decompress]) => [
      codec,
      (packed: Uint8Array, unpacked: number): Uint8Array => {
        if (!(unpacked <= maxPageBytes)) throw new RangeError(`a page of ${unpacked} bytes`);
        return codec === "ZSTD" ? safeZstd(decompressZstd, packed, unpacked) : decompress(packed, unpacked);
      },
    ]),
  );
  return {
    async readMetadata(bytes) {
      await checkFooter(bytes);
      return parquetMetadataAsync(bufferOf(bytes), { geoparquet: false });
    },
    readPageHead: (bytes) => pageHead(deserializeTCompactProtocol, bytes),
    decompress(codec, packed, unpacked) {
      if (codec === "UNCOMPRESSED") return packed;
      const decompress = bounded[codec as keyof Compressors];
      if (!decompress)
        throw new LogitsError(
          "unsupported",
          `Cannot read this file: its compression must be snappy, zstd, gzip, lz4 or brotli, got ${codec}`,
        );
      const data = decompress(packed, unpacked);
      if (data.length !== unpacked) throw new RangeError(`a page of ${data.length} bytes that should have ${unpacked}`);
      return data;
    },
    async readColumn(bytes, metadata, column, rowStart, rowEnd) {
      const scan = await parquetScan({
        file: bufferOf(bytes),
        metadata,
        columns: [column],
        compressors: bounded,
        geoparquet: false,
      });
      return scan.readColumn({ column, rowStart, rowEnd });
    },
  };
}

/** Larger windows than this are not written without being asked for. */
const maxWindowBytes: number = 2 ** 27;

function safeZstd(
  decompress: (packed: Uint8Array, out?: Uint8Array) => Uint8Array,
  packed: Uint8Array,
  unpacked: number,
): Uint8Array {
  const { contentBytes, windowBytes } = zstdFrame(packed);
  if (contentBytes === unpacked) return decompress(packed, new Uint8Array(unpacked));
  if (contentBytes !== undefined || windowBytes > maxWindowBytes)
    throw new RangeError(`a zstd frame of ${contentBytes ?? "unknown"} bytes that should have ${unpacked}`);
  return decompress(packed);
}

function bufferOf(bytes: Bytes): { byteLength: number; slice(start: number, end?: number): Promise<ArrayBuffer> } {
  return {
    byteLength: bytes.byteLength,
    async slice(start, end = bytes.byteLength) {
      const part = await bytes.slice(start, end);
      const whole = part.byteOffset === 0 && part.byteLength === part.buffer.byteLength;
      return (whole ? part.buffer : part.slice().buffer) as ArrayBuffer;
    },
  };
}

async function checkFooter(bytes: Bytes): Promise<void> {
  const refuse = (code: "bad-data" | "unsupported", what: string, hint: string): never => {
    throw new LogitsError(code, `Cannot read ${nameOf(bytes)}: ${what}`, { hint });
  };
  const cut = "It was cut short or is not Parquet: copy or write it again.";
  if (bytes.byteLength < 12)
    refuse("bad-data", `a Parquet file must have at least 12 bytes, got ${bytes.byteLength}`, cut);
  const tail = await bytes.slice(bytes.byteLength - 8, bytes.byteLength);
  const magic = new TextDecoder("latin1").decode(tail.subarray(4));
  if (magic === "PARE")
    refuse("unsupported", "it must not be encrypted, got an encrypted footer", "Write it without encryption.");
  if (magic !== "PAR1") refuse("bad-data", `a Parquet file must end with PAR1, got ${JSON.stringify(magic)}`, cut);
  const footerBytes = new DataView(tail.buffer, tail.byteOffset, 8).getUint32(0, true);
  const most = Math.min(maxHeaderBytes, bytes.byteLength - 12);
  if (footerBytes > most) refuse("bad-data", `its footer must be at most ${most} bytes, got ${footerBytes}`, cut);
}

/** Source: parquet-format, PageHeader in parquet.thrift. */
function pageHead(
  deserialize: (reader: { view: DataView; offset: number }) => Record<string, any>,
  bytes: Uint8Array,
): PageHead {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const header = deserialize(reader);
  const data = header["field_5"] ?? header["field_8"] ?? header["field_7"] ?? {};
  const second = header["field_8"];
  const head: PageHead = {
    type: (["data", "other", "dictionary", "data2"] as const)[header["field_1"] as number] ?? "other",
    headBytes: reader.offset,
    unpacked: header["field_2"],
    packed: header["field_3"],
    count: data["field_1"] ?? 0,
    encoding: encodings[(second ? data["field_4"] : data["field_2"]) as number] ?? "unknown",
    repetitionBytes: second?.["field_6"] ?? 0,
    definitionBytes: second?.["field_5"] ?? 0,
    compressed: second?.["field_7"] !== false,
  };
  const { packed, unpacked, count, repetitionBytes, definitionBytes } = head;
  if (
    ![packed, unpacked, count, repetitionBytes, definitionBytes].every(
      (n) => Number.isInteger(n) && n >= 0 && n <= maxPageBytes,
    )
  ) {
    throw new RangeError(`a page head that claims ${count} values in ${unpacked} bytes`);
  }
  return head;
}
