/** What a zstd frame says of itself. */
export interface ZstdFrame {
  /** Bytes when decompressed; undefined when it does not say. */
  contentBytes: number | undefined;
  /** Bytes that a decompressor must remember. */
  windowBytes: number;
}

/**
 * Reads the head of a zstd frame, so that nothing is allocated on its word alone.
 * Source: RFC 8878, §3.1.1.1 Frame Header.
 */
export function zstdFrame(bytes: Uint8Array): ZstdFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) throw new RangeError("zstd data without its magic number");
  const descriptor = view.getUint8(4);
  const isSingle = (descriptor & 32) !== 0;
  const exponentAt = 5;
  const sizeAt = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const contentBytes = contentSize(view, descriptor >> 6, isSingle, sizeAt);
  if (isSingle) return { contentBytes, windowBytes: contentBytes! };
  const window = view.getUint8(exponentAt);
  const base = 2 ** (10 + (window >> 3));
  return { contentBytes, windowBytes: base + (base / 8) * (window & 7) };
}

function contentSize(view: DataView, code: number, isSingle: boolean, at: number): number | undefined {
  switch (code) {
    case 0:
      return isSingle ? view.getUint8(at) : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
