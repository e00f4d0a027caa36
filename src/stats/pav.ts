/**
 * Pooled adjacent violators: the rising step function nearest to `values` in weighted squares.
 *
 * @param values in the order of the predictor.
 * @param weights one a value, > 0; default 1.
 * @returns blocks: `end[b]` is one past the last value of block b, `mean[b]` its level; levels rise strictly.
 *
 * Ayer et al., Ann. Math. Stat. 1955. One pass, O(n).
 */
export function pooledAdjacentViolators(
  values: ArrayLike<number>,
  weights?: ArrayLike<number>,
): { end: Uint32Array; mean: Float64Array } {
  const n = values.length;
  const end = new Uint32Array(n);
  const sum = new Float64Array(n);
  const weight = new Float64Array(n);
  let blocks = 0;
  for (let i = 0; i < n; i++) {
    const w = weights ? weights[i]! : 1;
    sum[blocks] = w * values[i]!;
    weight[blocks] = w;
    end[blocks] = i + 1;
    blocks++;
    // Compare means without dividing: sums of whole numbers stay exact.
    while (blocks > 1 && sum[blocks - 2]! * weight[blocks - 1]! >= sum[blocks - 1]! * weight[blocks - 2]!) {
      sum[blocks - 2]! += sum[blocks - 1]!;
      weight[blocks - 2]! += weight[blocks - 1]!;
      end[blocks - 2] = end[blocks - 1]!;
      blocks--;
    }
  }
  const mean = new Float64Array(blocks);
  for (let b = 0; b < blocks; b++) mean[b] = sum[b]! / weight[b]!;
  return { end: end.slice(0, blocks), mean };
}
