// A GGUF file, version 3 (github.com/ggml-org/ggml, docs/gguf.md): header, metadata, what tensors there are, their numbers.

const ALIGNMENT = 32;
const TYPE = { u32: 4, f32: 6, bool: 7, string: 8, array: 9, i32: 5 };
const TENSOR = { f32: 0, f16: 1 };

/**
 * metadata: [key, type, value] or [key, "array", type, values]. tensors: { name, shape, type: "f32" | "f16", values }, shape as rows × columns; GGUF
 * counts the fastest dimension first.
 */
export function writeGguf(metadata, tensors) {
  const parts = [];
  const text = new TextEncoder();
  const put = (bytes, write) => {
    const view = new DataView(new ArrayBuffer(bytes));
    write(view);
    parts.push(new Uint8Array(view.buffer));
  };
  const u32 = (value) => put(4, (view) => view.setUint32(0, value, true));
  const u64 = (value) => put(8, (view) => view.setBigUint64(0, BigInt(value), true));
  const write = {
    u32,
    i32: (value) => put(4, (view) => view.setInt32(0, value, true)),
    f32: (value) => put(4, (view) => view.setFloat32(0, value, true)),
    bool: (value) => put(1, (view) => view.setUint8(0, value ? 1 : 0)),
    string: (value) => {
      const bytes = text.encode(value);
      u64(bytes.length);
      parts.push(bytes);
    },
  };

  parts.push(text.encode("GGUF"));
  u32(3);
  u64(tensors.length);
  u64(metadata.length);
  for (const [key, type, value, values] of metadata) {
    write.string(key);
    u32(TYPE[type]);
    if (type !== "array") {
      write[type](value);
      continue;
    }
    u32(TYPE[value]);
    u64(values.length);
    for (const item of values) write[value](item);
  }

  const data = tensors.map(({ type, values }) => (type === "f16" ? halves(values) : Float32Array.from(values)));
  let offset = 0;
  for (const [i, { name, shape, type }] of tensors.entries()) {
    write.string(name);
    u32(shape.length);
    for (const size of shape.toReversed()) u64(size);
    u32(TENSOR[type]);
    u64(offset);
    offset += padded(data[i].byteLength);
  }

  const head = parts.reduce((sum, { length }) => sum + length, 0);
  const file = new Uint8Array(padded(head) + offset);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  at = padded(head);
  for (const array of data) {
    file.set(new Uint8Array(array.buffer), at);
    at += padded(array.byteLength);
  }
  return file;
}

const padded = (bytes) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** f32 → the bits of the nearest f16, ties to even. */
export function halves(values) {
  const floats = Float32Array.from(values);
  const bits = new Uint32Array(floats.buffer);
  return Uint16Array.from(bits, (bit) => {
    const sign = (bit >>> 16) & 0x8000;
    const magnitude = bit & 0x7fffffff;
    if (magnitude >= 0x477ff000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
    if (magnitude < 0x38800000) {
      // Below the smallest normal f16 a unit is 2⁻²⁴.
      const scaled = Math.abs(new Float32Array(Uint32Array.of(bit).buffer)[0]) * 2 ** 24;
      const floor = Math.floor(scaled);
      const rest = scaled - floor;
      return sign | (floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0));
    }
    const odd = (magnitude >>> 13) & 1;
    return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
  });
}
