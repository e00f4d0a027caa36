import { LogitsError } from "../core/index.js";
import { missingPackage } from "./missingPackage.js";
import { readBytes } from "./readFile.js";

/** Red, green and blue, 0 … 255, row by row. */
export interface Image {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** A PNG (optional package pngjs) or JPEG (jpeg-js); transparency is dropped. Recognised by its first bytes. */
export async function readImage(path: string): Promise<Image> {
  const bytes = await readBytes(path);
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg)
    throw new LogitsError("bad-data", `Cannot read ${path}: it must be a PNG or JPEG picture, got another file`);
  const decode = await (isPng ? loadPng() : loadJpeg());
  try {
    const { width, height, data } = decode(bytes);
    return { width, height, pixels: withoutAlpha(data, width * height) };
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${path}: it must be a whole picture, got one that is cut short or damaged`,
      {
        cause,
      },
    );
  }
}

type Decode = (bytes: Uint8Array) => { width: number; height: number; data: Uint8Array };

async function loadPng(): Promise<Decode> {
  try {
    const { PNG } = (await import("pngjs")).default;
    return (bytes) => PNG.sync.read(Buffer.from(bytes));
  } catch (cause) {
    throw missingPackage("pngjs", "read a PNG picture", cause);
  }
}

async function loadJpeg(): Promise<Decode> {
  try {
    const { decode } = (await import("jpeg-js")).default;
    return (bytes) => decode(bytes, { useTArray: true });
  } catch (cause) {
    throw missingPackage("jpeg-js", "read a JPEG picture", cause);
  }
}

function withoutAlpha(data: Uint8Array, count: number): Uint8Array {
  const pixels = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = data[4 * i + c]!;
  }
  return pixels;
}
