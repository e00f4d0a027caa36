import { LogitsError } from "../core/index.js";

/** A value of a JSON document that holds no others, and where it stands. */
export interface Leaf {
  /** Keys and indices from the document to it. */
  path: (string | number)[];
  value: string | number | boolean | null;
  /** Its characters [start, end), without the quotes of a string; an empty string has its quotes. */
  span: [number, number];
}

const space = /[ \t\n\r]*/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const quoted = /"(?:[^"\\]|\\.)*"/sy;

/**
 * The values of the first JSON object or array in a text, in their order, with their places.
 *
 * @throws "bad-data" where there is none, or it is cut off or no JSON, with the position.
 */
export function jsonLeaves(text: string): { leaves: Leaf[]; span: [number, number] } {
  const start = text.search(/[[{]/);
  if (start < 0)
    throw new LogitsError(
      "bad-data",
      `Cannot find fields: the text must hold JSON, got ${JSON.stringify(text.slice(0, 40))}`,
    );
  const leaves: Leaf[] = [];
  const end = value(text, start, [], leaves);
  return { leaves, span: [start, end] };
}

function value(text: string, at: number, path: Leaf["path"], leaves: Leaf[]): number {
  const open = text[at];
  if (open === "{" || open === "[") return container(text, at, path, leaves, open === "{");
  const end = open === '"' ? match(quoted, text, at) : match(scalar, text, at);
  if (end === undefined) throw broken(text, at, "a value");
  const inner: [number, number] = open === '"' && end - at > 2 ? [at + 1, end - 1] : [at, end];
  leaves.push({ path, value: parsed(text, at, end), span: inner });
  return end;
}

function container(text: string, start: number, path: Leaf["path"], leaves: Leaf[], keyed: boolean): number {
  const close = keyed ? "}" : "]";
  let at = skip(text, start + 1);
  if (text[at] === close) return at + 1;
  for (let index = 0; ; index++) {
    let key: string | number = index;
    if (keyed) {
      const end = match(quoted, text, at);
      if (end === undefined) throw broken(text, at, "a key");
      key = String(parsed(text, at, end));
      at = skip(text, end);
      if (text[at] !== ":") throw broken(text, at, "a colon");
      at = skip(text, at + 1);
    }
    at = skip(text, value(text, at, [...path, key], leaves));
    if (text[at] === close) return at + 1;
    if (text[at] !== ",") throw broken(text, at, `a comma or ${close}`);
    at = skip(text, at + 1);
  }
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

const skip = (text: string, at: number): number => match(space, text, at) ?? at;

function broken(text: string, at: number, what: string): LogitsError {
  const got = at >= text.length ? "the end of the text" : JSON.stringify(text.slice(at, at + 20));
  const where = at >= text.length ? { hint: "The answer was cut off: a larger max_tokens lets it end." } : {};
  return new LogitsError("bad-data", `Cannot find fields: there must be ${what} at character ${at}, got ${got}`, where);
}

/** A string or scalar; what JSON does not allow inside a string is an error as well. */
function parsed(text: string, start: number, end: number): Leaf["value"] {
  try {
    return JSON.parse(text.slice(start, end)) as Leaf["value"];
  } catch {
    throw broken(text, start, "a JSON string");
  }
}
