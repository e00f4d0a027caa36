/**
 * Lower tail of the beta law, P(X ≤ x) = I_x(a, b), the regularised incomplete beta function.
 *
 * By the continued fraction on the side where it converges, its factor from Loader's saddle point, so that tails of 1e-300 and counts of 1e7
 * keep their digits. Equal to `scipy.stats.beta.cdf(x, a, b)`.
 *
 * @param x in [0, 1]
 * @param y 1 − x, where the caller knows it with more digits
 * @param a range ≥ 1, as counts give it
 * @param b range ≥ 1
 * Loader, "Fast and accurate computation of binomial probabilities", 2000; Didonato and Morris, ACM TOMS 708, 1992.
 * @example
 *     betaTail(0.5, 2, 2)  // 0.5
 */
export function betaTail(x: number, a: number, b: number, y: number = 1 - x): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  // (1 − x)^b and x^a, each by its own logarithm.
  if (a === 1) return -Math.expm1(b * logOf(y, x));
  if (b === 1) return Math.exp(a * logOf(x, y));
  const below = x < 0.5 ? x * (a + b) <= a : y * (a + b) >= b;
  const tail = below ? smallTail(x, y, a, b) : smallTail(y, x, b, a);
  return below ? tail : 1 - tail;
}

/**
 * The x below which the beta law has probability p: `scipy.stats.beta.ppf(p, a, b)`; with `upper` the x above which it has it (`isf`).
 * Solved for ln(x/(1 − x)), so that x keeps its digits near 0.
 *
 * @param p in (0, 1)
 */
export function betaQuantile(p: number, a: number, b: number, upper = false): number {
  let low = -750;
  let high = 750;
  let t = Math.log(a / b);
  for (let step = 0; step < 200; step++) {
    const x = 1 / (1 + Math.exp(-t));
    const y = 1 / (1 + Math.exp(t));
    const gap = upper ? p - betaTail(y, b, a, x) : betaTail(x, a, b, y) - p;
    if (gap > 0) high = t;
    else low = t;
    // dI/dt = x(1 − x) × the density.
    const slope = ((a * b) / (a + b)) * binomialMass(a, a + b, x, y);
    const close = 4e-16 * Math.max(1, Math.abs(t));
    if (Math.abs(gap) <= close * slope || high - low <= close) break;
    t -= gap / slope;
    if (!(t > low && t < high)) t = (low + high) / 2;
  }
  return 1 / (1 + Math.exp(-t));
}

/** ln x, where y is 1 − x. */
const logOf = (x: number, y: number): number => (y < 0.5 ? Math.log1p(-y) : Math.log(x));

/** x^a y^b/B(a, b) times the continued fraction. */
const smallTail = (x: number, y: number, a: number, b: number): number =>
  ((a * b) / (a + b)) * binomialMass(a, a + b, x, y) * fraction(x, y, a, b);

/**
 * Probability of k successes among n trials, also for k and n that are not whole; `q` is 1 − p.
 *
 * √(n/2πk(n − k)) · exp(δ(n) − δ(k) − δ(n − k) − D(k, np) − D(n − k, nq)) with Stirling's error δ and the deviance D.
 */
export function binomialMass(k: number, n: number, p: number, q: number = 1 - p): number {
  if (k === 0) return Math.exp(n * logOf(q, p));
  if (k === n) return Math.exp(n * logOf(p, q));
  const rest = n - k;
  const exponent =
    stirlingError(n) - stirlingError(k) - stirlingError(rest) - deviance(k, n * p) - deviance(rest, n * q);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * rest));
}

/** ln Γ(x + 1) − (x + ½) ln x + x − ln √2π. */
function stirlingError(x: number): number {
  let error = 0;
  let z = x;
  for (; z < 16; z++) error += (z + 0.5) * Math.log1p(1 / z) - 1;
  const s = 1 / (z * z);
  return error + (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - s / 1188) * s) * s) * s) / z;
}

/** k ln(k/m) + m − k, without cancellation near k = m. */
function deviance(k: number, m: number): number {
  const gap = k - m;
  if (Math.abs(gap) >= 0.1 * (k + m)) return k * Math.log(k / m) - gap;
  const v = gap / (k + m);
  let sum = gap * v;
  let term = 2 * k * v;
  for (let i = 3; ; i += 2) {
    term *= v * v;
    const next = sum + term / i;
    if (next === sum) return next;
    sum = next;
  }
}

/** Didonato and Morris's continued fraction, for a, b > 1 and x below the mean: λ = a − (a + b)x is all that it needs to know exactly. */
function fraction(x: number, y: number, a: number, b: number): number {
  const slope = 1 + (a > b ? (a + b) * y - b : a - (a + b) * x);
  const c = 1 + 1 / a;
  let [before, last, value] = [0, 1, c / slope];
  let [beforeBelow, lastBelow] = [1, slope / c];
  let p = 1;
  for (let n = 1; n < 1e7; n++) {
    const t = n / a;
    const s = a + 2 * n - 1;
    const w = n * (b - n) * x;
    const alpha = p * (p + b / a) * (a / s) ** 2 * w * x;
    const beta = n + w / s + ((1 + t) / (c + 2 * t)) * (slope + n * (1 + y));
    p = 1 + t;
    [before, last] = [last, alpha * before + beta * last];
    [beforeBelow, lastBelow] = [lastBelow, alpha * beforeBelow + beta * lastBelow];
    const previous = value;
    value = last / lastBelow;
    if (Math.abs(value - previous) <= 2e-16 * value) break;
    [before, last, beforeBelow, lastBelow] = [before / lastBelow, value, beforeBelow / lastBelow, 1];
  }
  return value;
}
