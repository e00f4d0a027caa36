const known = new Map<string, string>();

/** A name as JSON. Actions and classes are few and come again and again. */
export function quoted(name: string): string {
  let text = known.get(name);
  if (text === undefined) {
    text = JSON.stringify(name);
    if (known.size < 4096) known.set(name, text);
  }
  return text;
}

/** A number as JSON: those that it has not are strings, as everywhere in this package. */
export function numeral(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}
