// PNG files with the same bytes every time: grey, eight bits, each line as it is.
import { deflateSync, inflateSync } from "node:zlib";
import { crc32 } from "./npz.mjs";

/** A sheet of square grey pictures, a byte a pixel, line after line. */
export function greyPng(values, { side, count, inLine }) {
  const [width, height] = [side * inLine, side * Math.ceil(count / inLine)];
  const raw = Buffer.alloc(height * (width + 1));
  for (let i = 0; i < count; i++) {
    const [left, top] = [side * (i % inLine), side * Math.floor(i / inLine)];
    for (let y = 0; y < side; y++) {
      const line = values.subarray(i * side * side + y * side, i * side * side + (y + 1) * side);
      raw.set(line, (top + y) * (width + 1) + 1 + left);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8; // bits; grey, deflate, no filter, not interlaced are 0
  const chunks = [chunk("IHDR", head), chunk("IDAT", deflateSync(raw, { level: 9 })), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** The lines of a sheet that `greyPng` wrote: what two zlib versions agree on. */
export function lines(png) {
  const length = png.readUInt32BE(33);
  return inflateSync(png.subarray(41, 41 + length));
}
