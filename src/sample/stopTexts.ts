/** Tokens that may be given out, and whether the text ends with them. */
interface Given<T> {
  ready: T[];
  stopped: boolean;
}

/**
 * Cuts a text where one of some texts begins. Tokens whose text may be the beginning of one are held back until it is clear: what has been given out is
 * never taken back.
 *
 * @param stops texts of at least one letter
 */
export function stopTexts<T extends { text: string }>(
  stops: readonly string[],
): { push(token: T): Given<T>; rest(): T[] } {
  let held: T[] = [];
  return {
    push(token) {
      held.push(token);
      const text = held.map((one) => one.text).join("");
      const places = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
      if (places.length > 0) return { ready: cut(held, Math.min(...places)), stopped: true };
      const sure = text.length - Math.max(0, ...stops.map((stop) => begun(text, stop)));
      let end = 0;
      const open = held.findIndex((one) => (end += one.text.length) > sure);
      const ready = held.splice(0, open < 0 ? held.length : open);
      return { ready, stopped: false };
    },
    rest: () => held.splice(0),
  };
}

/** How many letters at the end of `text` are the beginning of `stop`. */
function begun(text: string, stop: string): number {
  let length = Math.min(text.length, stop.length - 1);
  while (length > 0 && !text.endsWith(stop.slice(0, length))) length--;
  return length;
}

/** The tokens with what is beyond `length` letters left out of their texts. */
function cut<T extends { text: string }>(tokens: readonly T[], length: number): T[] {
  let start = 0;
  return tokens.map((token) => {
    const text = token.text.slice(0, Math.max(0, length - start));
    start += token.text.length;
    return { ...token, text };
  });
}
