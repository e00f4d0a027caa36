/**
 * Decompresses an LZ4 frame into exactly `size` bytes. Throws RangeError when the frame is damaged or says another size.
 * Source: lz4 Frame Format 1.6.4 and Block Format; checksums are not verified.
 */
export function decompressLz4Frame(frame: Uint8Array, size: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== 0x184d2204) throw new RangeError("LZ4 data without its magic number");
  const flags = frame[4]!;
  const hasBlockSum = (flags & 16) !== 0;
  // Descriptor: flags, block size, content size (8, optional), dictionary id (4, optional), checksum.
  let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
  const out = new Uint8Array(size);
  let filled = 0;
  while (true) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const length = word & 0x7fffffff;
    if (at + length > frame.length) throw new RangeError("an LZ4 block that ends after its frame");
    const block = frame.subarray(at, at + length);
    if (word >>> 31) {
      if (filled + length > size) throw new RangeError("LZ4 data that is longer than it says");
      out.set(block, filled);
      filled += length;
    } else {
      filled = decompressBlock(block, out, filled);
    }
    at += length + (hasBlockSum ? 4 : 0);
  }
  if (filled !== size) throw new RangeError(`${filled} bytes of LZ4 data where ${size} should be`);
  return out;
}

/** Matches may reach into the blocks before: all of them lie in `out`. */
function decompressBlock(block: Uint8Array, out: Uint8Array, start: number): number {
  let to = start;
  let at = 0;
  const extended = (length: number): number => {
    if (length < 15) return length;
    let byte: number | undefined;
    do {
      byte = block[at++];
      if (byte === undefined) throw new RangeError("an LZ4 block that ends in a length");
      length += byte;
    } while (byte === 255);
    return length;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = extended(token >> 4);
    if (at + literals > block.length || to + literals > out.length)
      throw new RangeError("LZ4 literals that do not fit");
    out.set(block.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at >= block.length) return to;
    const offset = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const match = extended(token & 15) + 4;
    if (offset === 0 || offset > to || to + match > out.length) throw new RangeError("an LZ4 match that does not fit");
    if (offset >= match) out.copyWithin(to, to - offset, to - offset + match);
    // The match overlaps what it writes: it repeats itself.
    else for (let i = 0; i < match; i++) out[to + i] = out[to + i - offset]!;
    to += match;
  }
  return to;
}
