/** The byte that each letter of a byte-level vocabulary stands for: printable bytes are themselves, the others follow from U+0100 on. */
const byteOf: ReadonlyMap<string, number> = new Map(
  (() => {
    const own = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    let next = 256;
    return Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(own(byte) ? byte : next++), byte] as const);
  })(),
);

/** The bytes of a token of a byte-level vocabulary (GPT-2, Llama 3, Qwen). A token with other letters is itself. */
export function byteLevelBytes(token: string): Uint8Array {
  const bytes = Array.from(token, (letter) => byteOf.get(letter));
  return bytes.every((byte) => byte !== undefined)
    ? Uint8Array.from(bytes as number[])
    : new TextEncoder().encode(token);
}

const letterOf: readonly string[] = [...byteOf].sort(([, a], [, b]) => a - b).map(([letter]) => letter);

/** These bytes in the letters of a byte-level vocabulary. */
export function byteLevelLetters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => letterOf[byte]!).join("");
}

/** The bytes of a token of a SentencePiece vocabulary (Llama 2, Gemma): ▁ is a space, <0x0A> one byte. */
export function sentencePieceBytes(token: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/i.exec(token);
  return byte ? Uint8Array.of(Number.parseInt(byte[1]!, 16)) : new TextEncoder().encode(token.replaceAll("▁", " "));
}
