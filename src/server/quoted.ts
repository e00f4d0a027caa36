const most = 4096;
const known = new Map<string, string>();

/** A name as JSON. Actions and classes are few and come again and again. */
export function quoted(name: string): string {
  let text = known.get(name);
  if (text === undefined) {
    text = JSON.stringify(name);
    if (known.size < most) known.set(name, text);
  }
  return text;
}

/** A number as JSON: those that it has not are strings, as everywhere in this package. */
export function numeral(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** An action and its class, as they stand before the numbers in an answer and in a record. */
export interface Verdict {
  action: string;
  about: string;
  answer: string;
  record: string;
}

const verdicts = new Map<string, Map<string, Verdict>>();
let held = 0;
let last: Verdict | undefined;

export function verdictText(action: string, about: string): Verdict {
  if (last !== undefined && last.action === action && last.about === about) return last;
  let ofAction = verdicts.get(action);
  let text = ofAction?.get(about);
  if (text === undefined) {
    const [act, what] = [JSON.stringify(action), JSON.stringify(about)];
    text = { action, about, answer: `,"action":${act},"class":${what},"p":`, record: `[${act},${what},` };
    if (held++ < most) {
      if (ofAction === undefined) verdicts.set(action, (ofAction = new Map()));
      ofAction.set(about, text);
    }
  }
  last = text;
  return text;
}

const places: string[] = [];

/** The end of the id of a row that has none of its own, and its row: `-3","row":3`. */
export function placeText(row: number): string {
  if (row < most) return (places[row] ??= `-${row}","row":${row}`);
  return `-${row}","row":${row}`;
}
