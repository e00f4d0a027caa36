const lost = "\uFFFD";

/**
 * What half characters spell, from the text that a payload has beside its tokens: what the tokens around them spell is found in it, and what stands
 * between is given to the last token of each run of U+FFFD, which completes it; the others complete none.
 *
 * @returns what each token completes; undefined when the tokens do not spell that text.
 */
export function recover(texts: readonly string[], beside: string): string[] | undefined {
  const parts = texts.flatMap((text, token) =>
    text.split(/(\uFFFD+)/).flatMap((part) => (part === "" ? [] : [{ part, token, known: !part.startsWith(lost) }])),
  );
  const found = texts.map(() => "");
  let at = 0;
  for (let i = 0; i < parts.length; ) {
    let end = i;
    while (end < parts.length && !parts[end]!.known) end++;
    let next = end;
    while (next < parts.length && parts[next]!.known) next++;
    const anchor = parts.slice(end, next).reduce((joined, { part }) => joined + part, "");
    // A run has at least one character; the last anchor is where the text ends.
    const from =
      next === parts.length ? Math.max(at + (end > i ? 1 : 0), beside.length - anchor.length) : at + (end > i ? 1 : 0);
    const start = beside.indexOf(anchor, from);
    if (start < 0 || (end === i && start !== at)) return undefined;
    if (end > i) found[parts[end - 1]!.token] += beside.slice(at, start);
    for (const { part, token } of parts.slice(end, next)) found[token] += part;
    at = start + anchor.length;
    i = next;
  }
  return at === beside.length ? found : undefined;
}
