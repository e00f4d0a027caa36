/** How a number of `values` is written: the shortest text that reads back as the same number, of 32 bits where they have 32. */
export function numberText(values: Float32Array | Float64Array): (value: number) => string {
  return values instanceof Float32Array ? shortFloat : String;
}

/** Nine significant digits always suffice for a 32-bit float; most need seven or eight. */
function shortFloat(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  for (const digits of [7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
