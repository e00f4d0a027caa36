/**
 * Upper tail of the standard normal law, P(Z ≥ z) = ½ erfc(z/√2); relative error below 1e-13 as far as it is not 0 (z < 38).
 *
 * The series of erf for |z| < 2, the continued fraction of erfc beyond (Abramowitz & Stegun 7.1.6 and 7.1.14). Equal to `scipy.stats.norm.sf`.
 *
 * @example
 *     normalTail(1.959963984540054)  // 0.025
 */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return NaN;
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return z < 2 ? 0.5 - density * series(z) : density * fraction(z);
}

/** Σ z^(2k+1) / (1·3·5···(2k+1)). */
function series(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 1; term > sum * 1e-17; k++) sum += term *= (z * z) / (2 * k + 1);
  return sum;
}

/** 1/(z + 1/(z + 2/(z + 3/(z + …)))), from the inside out. */
function fraction(z: number): number {
  let value = z;
  for (let k = Math.ceil(20 + 600 / (z * z)); k >= 1; k--) value = z + k / value;
  return 1 / value;
}

/**
 * How many standard errors a two-sided interval reaches to each side: the z with P(|Z| ≤ z) = confidence, to some 1e-12.
 *
 * @param confidence in (0, 1), default 0.95
 * @example
 *     normalLimit(0.95)  // 1.9599…
 */
export function normalLimit(confidence = 0.95): number {
  const tail = (1 - confidence) / 2;
  let [low, high] = [0, 38];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
