/** Most digits behind a point, and how far apart the parts for either sign are. */
const most = 21;
const signs = 32;

let table: Float64Array | undefined;

/**
 * For digits H·10^8 + L behind whose point there are q: the first 23 bits of 10^(8 − q), by which the product with H is exact, what is left of that power,
 * and 10^−q; then a place that is not used. From `signs` entries on the same for negative numbers.
 */
export function partsOfTen(): Float64Array {
  if (table) return table;
  table = new Float64Array(4 * (signs + most));
  for (let q = 0; q < most; q++) {
    const scaled = ((10n ** 8n) << 200n) / 10n ** BigInt(q);
    const below = BigInt(scaled.toString(2).length - 23);
    const first = Number((scaled >> below) << below) * 2 ** -200;
    const rest = Number(scaled - ((scaled >> below) << below)) * 2 ** -200;
    const parts = [first, rest, Number(`1e-${q}`)];
    table.set(parts, 4 * q);
    table.set(
      parts.map((part) => -part),
      4 * (signs + q),
    );
  }
  return table;
}
