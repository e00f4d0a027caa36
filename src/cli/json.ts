/** One JSON document; numbers that JSON cannot say become the strings "Infinity", "-Infinity", "NaN". */
export function toJson(document: unknown, indent = 2): string {
  return JSON.stringify(
    document,
    (_, value: unknown) => {
      if (typeof value === "number" && !Number.isFinite(value)) return String(value);
      if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
      return value;
    },
    indent,
  );
}
