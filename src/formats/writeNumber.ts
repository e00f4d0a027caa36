/** How a number of `values` is written: the shortest text that reads back as the same number, of 32 bits where they have 32. */
export function numberText(values: Float32Array | Float64Array): (value: number) => string {
  return values instanceof Float32Array ? shortFloat : plain;
}

function plain(value: number): string {
  // Readers of JSON take a long row of digits for an integer, and find it too big.
  if (Math.abs(value) >= 2 ** 53 && Number.isFinite(value)) return value.toExponential();
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Nine significant digits always suffice for a 32-bit float; most need seven or eight. */
function shortFloat(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) <= 2 ** 24)) return plain(value);
  for (const digits of [7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return plain(short);
  }
  return plain(Number(value.toPrecision(9)));
}
