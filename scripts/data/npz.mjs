// npz files with the same bytes every time: fixed order, fixed date, deflate level 9.
import { deflateRawSync, inflateRawSync } from "node:zlib";

/** Arrays by name: Float32Array with `columns` or `shape`, Uint8Array with `shape`, Int32Array, or an array of strings. */
export function npz(arrays) {
  const locals = [];
  const central = [];
  let offset = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const data = npy(array);
    const packed = deflateRawSync(data, { level: 9 });
    const file = Buffer.from(`${name}.npy`);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0); // version needed
    fields.writeUInt16LE(8, 4); // deflated
    fields.writeUInt16LE(0x21, 8); // 1 January 1980
    fields.writeUInt32LE(crc32(data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(data.length, 18);
    fields.writeUInt16LE(file.length, 22);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    locals.push(Buffer.from("PK\x03\x04", "latin1"), fields, file, packed);
    central.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, entry, file);
    offset += 30 + file.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(arrays).length, 8);
  end.writeUInt16LE(Object.keys(arrays).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** The arrays of a file written by `npz`, as npy bytes: what two zlib versions agree on when their archives differ. */
export function members(archive) {
  const found = {};
  for (let at = 0; archive.readUInt32LE(at) === 0x04034b50; ) {
    const packed = archive.readUInt32LE(at + 18);
    const start = at + 30 + archive.readUInt16LE(at + 26);
    found[archive.toString("utf8", at + 30, start)] = inflateRawSync(archive.subarray(start, start + packed));
    at = start + packed;
  }
  return found;
}

function npy(array) {
  if (Array.isArray(array)) return textNpy(array);
  const { values, columns, shape: sizes } = array instanceof Int32Array ? { values: array } : array;
  const rows = columns === undefined ? `${values.length},` : `${values.length / columns}, ${columns}`;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const dtype = values instanceof Uint8Array ? "|u1" : values instanceof Int32Array ? "<i4" : "<f4";
  return Buffer.concat([header(dtype, sizes?.join(", ") ?? rows), bytes]);
}

/** numpy's fixed-width text: UTF-32, padded with zeros to the longest entry. */
function textNpy(texts) {
  const points = texts.map((text) => Array.from(text, (character) => character.codePointAt(0)));
  const width = Math.max(...points.map(({ length }) => length));
  const cells = new Uint32Array(texts.length * width);
  for (const [row, codes] of points.entries()) cells.set(codes, row * width);
  return Buffer.concat([header(`<U${width}`, `${texts.length},`), Buffer.from(cells.buffer)]);
}

function header(dtype, shape) {
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), length, Buffer.from(padded)]);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

export function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 255];
  return ~crc >>> 0;
}
