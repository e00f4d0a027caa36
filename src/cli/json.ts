/**
 * One JSON document; numbers that JSON cannot say become the strings "Infinity", "-Infinity", "NaN". Lists of numbers or words stand on one line.
 *
 * @param indent spaces a level; 0 for a document on one line.
 */
export function toJson(document: unknown, indent = 2): string {
  return print(document, indent, "") ?? "null";
}

/** Undefined where JSON has nothing to say: undefined, a function. */
function print(value: unknown, indent: number, margin: string): string | undefined {
  if (typeof value === "number" && !Number.isFinite(value)) return `"${value}"`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = margin + " ".repeat(indent);
  const wrap = (open: string, parts: string[], close: string): string => {
    if (parts.length === 0) return open + close;
    return indent > 0 ? `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}` : `${open}${parts}${close}`;
  };
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const parts = Array.from(value as ArrayLike<unknown>, (one) => print(one, indent, inner) ?? "null");
    const flat = Array.from(value as ArrayLike<unknown>).every((one) => typeof one !== "object" || one === null);
    return flat ? `[${parts.join(indent > 0 ? ", " : ",")}]` : wrap("[", parts, "]");
  }
  const parts: string[] = [];
  for (const [key, one] of Object.entries(value)) {
    const text = print(one, indent, inner);
    if (text !== undefined) parts.push(`${JSON.stringify(key)}:${indent > 0 ? " " : ""}${text}`);
  }
  return wrap("{", parts, "}");
}
