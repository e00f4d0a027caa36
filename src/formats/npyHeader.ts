import { LogitsError } from "../core/index.js";
import { maxHeaderBytes } from "./limits.js";
import type { NdArray } from "./ndarray.js";
import type { NumberType } from "./numbers.js";

export type NpyHeader = Omit<NdArray, "name" | "seekable" | "open"> & { dataStart: number; dataBytes: number };

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const numberTypes = new Set(["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]);

export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * The header of an npy array, versions 1.0 to 3.0. `read` is only ever asked for bytes that follow those it gave.
 * Source: numpy.lib.format, "Format Version 1.0 … 3.0".
 */
export async function readNpyHeader(
  read: (start: number, end: number) => Promise<Uint8Array>,
  byteLength: number,
  name: string,
): Promise<NpyHeader> {
  const cut = (what: string): never =>
    refuse(name, what, "It was cut short, or its header is damaged: copy it or save it again.");
  if (byteLength < 10) cut(`an npy array must have at least 10 bytes, got ${byteLength}`);
  const start = await read(0, 10);
  if (!isNpy(start)) {
    const got = [...start.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    refuse(name, `an npy array must begin with 93 4e 55 4d 50 59, got ${got}`, "Is it really what numpy.save wrote?");
  }
  const major = start[6]!;
  if (major < 1 || major > 3)
    refuse(name, `its npy version must be 1, 2 or 3, got ${major}`, "Save it again with numpy.save.");
  const lengthBytes = major === 1 ? 2 : 4;
  if (byteLength < 8 + lengthBytes)
    cut(`an npy array of version ${major} must have at least 12 bytes, got ${byteLength}`);
  const high = major === 1 ? new Uint8Array(2) : await read(10, 12);
  const headerBytes = start[8]! + start[9]! * 2 ** 8 + high[0]! * 2 ** 16 + high[1]! * 2 ** 24;
  if (headerBytes > maxHeaderBytes)
    refuse(
      name,
      `its header must be at most ${maxHeaderBytes} bytes, got ${headerBytes}`,
      "The file is damaged: save it again with numpy.save.",
    );
  const dataStart = 8 + lengthBytes + headerBytes;
  if (byteLength < dataStart)
    cut(`its header must end within its ${byteLength} bytes, got one that says it has ${headerBytes}`);
  const text = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(await read(8 + lengthBytes, dataStart));
  const header = parseHeader(text, name);
  const dataBytes = header.shape.reduce((n, size) => n * size, header.itemSize);
  if (!Number.isSafeInteger(dataBytes))
    refuse(
      name,
      `its size must be a real one, got ${header.shape.join(" × ")}`,
      "The header is damaged: save it again with numpy.save.",
    );
  if (byteLength < dataStart + dataBytes) {
    const shape = header.shape.join(" × ") || "one number";
    cut(
      `the ${byteLength - dataStart} bytes after its header must hold its numbers, got a header that says ${shape} of ${header.dtype}`,
    );
  }
  return { ...header, dataStart, dataBytes };
}

function parseHeader(text: string, name: string): Omit<NpyHeader, "dataStart" | "dataBytes"> {
  const field = (pattern: RegExp, what: string): string =>
    pattern.exec(text)?.[1] ??
    refuse(
      name,
      `its npy header must have ${what}, got ${text.trim().slice(0, 80)}`,
      "The header is damaged: save it again with numpy.save.",
    );
  const fortran = field(/['"]fortran_order['"]\s*:\s*(True|False)/, "fortran_order") === "True";
  const shape = field(/['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/, "a shape")
    .split(",")
    .map((size) => size.trim().replace(/L$/, ""))
    .filter((size) => size !== "")
    .map(Number);
  if (/['"]descr['"]\s*:\s*\[/.test(text)) {
    refuse(
      name,
      "its type must be a plain number, got a record of named fields",
      "Save each field as an array of its own.",
      "unsupported",
    );
  }
  const descr = field(/['"]descr['"]\s*:\s*['"]([^'"]*)['"]/, "a descr");
  return { ...parseType(descr, name), shape, fortran };
}

function parseType(descr: string, name: string): Pick<NpyHeader, "type" | "dtype" | "itemSize" | "bigEndian" | "text"> {
  const [, order = "", kind = "", digits = ""] = /^([<>|=]?)([A-Za-z?])(\d*)/.exec(descr) ?? [];
  const bigEndian = order === ">";
  const code = kind === "?" ? "b1" : kind + digits;
  if (numberTypes.has(code))
    return { type: code as NumberType, dtype: code, itemSize: Number(code.slice(1)), bigEndian };
  if ((kind === "U" || kind === "S" || kind === "a") && digits !== "") {
    const text = kind === "U" ? "U" : "S";
    return { type: "text", dtype: text + digits, itemSize: Number(digits) * (text === "U" ? 4 : 1), bigEndian, text };
  }
  if (kind === "O") {
    refuse(
      name,
      "its type must be numbers or text, got pickled Python objects",
      "Objects are never unpickled: save the array as floats (numpy.asarray(x, dtype='f4')).",
      "unsupported",
    );
  }
  const hint = kind === "V" ? "Is it bfloat16? Save it as float32." : "Save it as float32 or float64.";
  return refuse(name, `its type must be f2, f4, f8, an integer, bool or text, got ${descr}`, hint, "unsupported");
}

function refuse(name: string, what: string, hint: string, code: "bad-data" | "unsupported" = "bad-data"): never {
  throw new LogitsError(code, `Cannot read ${name}: ${what}`, { hint });
}
