/** What tokens spell together, and which characters each of them completes. */
export interface Stitched {
  text: string;
  spans: [number, number][];
  /** Tokens whose bytes are unknown: half characters that the payload spells U+FFFD. */
  lost: number;
  /** Bytes at the end, or before a token without bytes, that are no character. */
  broken: number;
}

/**
 * UTF-8 bytes of tokens, one after another, as text: a character may take several tokens, and belongs to the one that completes it. A token that
 * completes none has an empty span where its character begins.
 *
 * @param tokens bytes, or null with the spelling that stands for them.
 */
export function stitch(tokens: readonly { text: string; bytes: number[] | null }[]): Stitched {
  let decoder = utf8();
  let text = "";
  let lost = 0;
  let broken = 0;
  const flush = (): void => {
    const rest = decoder.decode();
    if (rest !== "") broken++;
    text += rest;
    decoder = utf8();
  };
  const spans = tokens.map((token): [number, number] => {
    if (!token.bytes) {
      flush();
      if (token.text.includes("\uFFFD")) lost++;
    }
    const start = text.length;
    text += token.bytes ? decoder.decode(Uint8Array.from(token.bytes), { stream: true }) : token.text;
    return [start, text.length];
  });
  flush();
  return { text, spans, lost, broken };
}

/** A byte-order mark is a token like any other. */
const utf8 = (): InstanceType<typeof TextDecoder> => new TextDecoder("utf-8", { ignoreBOM: true });

/** The bytes of a spelling, or null when it has lost some. */
export function bytesOfText(text: string): number[] | null {
  return text.includes("\uFFFD") ? null : Array.from(new TextEncoder().encode(text));
}
