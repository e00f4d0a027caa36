/** In-place radix-2 FFT of length a power of two. */
function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  const { cos, sin } = twiddles(n);
  for (let size = 2; size <= n; size <<= 1) {
    const stride = n / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < size / 2; k++) {
        const a = start + k;
        const b = a + size / 2;
        const x = re[b]! * cos[k * stride]! - im[b]! * sin[k * stride]!;
        const y = re[b]! * sin[k * stride]! + im[b]! * cos[k * stride]!;
        re[b] = re[a]! - x;
        im[b] = im[a]! - y;
        re[a]! += x;
        im[a]! += y;
      }
    }
  }
}

const known = new Map<number, { cos: Float64Array; sin: Float64Array }>();

function twiddles(n: number): { cos: Float64Array; sin: Float64Array } {
  let table = known.get(n);
  if (!table) {
    table = { cos: new Float64Array(n / 2), sin: new Float64Array(n / 2) };
    for (let i = 0; i < n / 2; i++) {
      table.cos[i] = Math.cos((2 * Math.PI * i) / n);
      table.sin[i] = -Math.sin((2 * Math.PI * i) / n);
    }
    known.set(n, table);
  }
  return table;
}

/**
 * Cosine sums on n + 1 points (DCT-I, unnormalised): out_j = Σ_i values_i cos(π i j / n). n a power of two ≥ 4.
 *
 * By one complex transform of length n/2: y_i = (x_i + x_{n−i})/2 − sin(πi/n)(x_i − x_{n−i}) has the even sums as the real parts of its transform, and
 * its imaginary parts are the differences of the odd ones (Cooley, Lewis & Welch 1970).
 */
export function cosineSums(values: Float64Array): Float64Array {
  const n = values.length - 1;
  const half = n / 2;
  if (half < 2) return plainSums(values);
  const { cos, sin } = twiddles(2 * n);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  let odd = -values[n]!;
  for (let i = 0; i < half; i++) {
    const a = 2 * i;
    const b = a + 1;
    const [xa, xb, ya, yb] = [values[a]!, values[b]!, values[n - a]!, values[n - b]!];
    re[i] = (xa + ya) / 2 + sin[a]! * (xa - ya);
    im[i] = (xb + yb) / 2 + sin[b]! * (xb - yb);
    odd += xa * cos[a]! + xb * cos[b]!;
  }
  // The ends occur once in the sums, where all others are met from both sides.
  re[0] = values[0]! + values[n]!;
  fft(re, im);
  // The transform of the real y from that of its even and odd halves.
  const out = new Float64Array(n + 1);
  for (let k = 0; k <= half; k++) {
    const p = k % half;
    const q = (half - k) % half;
    const evenRe = (re[p]! + re[q]!) / 2;
    const evenIm = (im[p]! - im[q]!) / 2;
    const oddRe = (im[p]! + im[q]!) / 2;
    const oddIm = (re[q]! - re[p]!) / 2;
    const c = k === half ? -1 : cos[2 * k]!;
    const s = k === half ? 0 : sin[2 * k]!;
    out[2 * k] = evenRe + c * oddRe - s * oddIm;
    const imaginary = evenIm + c * oddIm + s * oddRe;
    if (k > 0) odd -= imaginary;
    if (2 * k + 1 <= n) out[2 * k + 1] = odd;
  }
  return out;
}

function plainSums(values: Float64Array): Float64Array {
  const n = values.length - 1;
  return values.map((_, j) => values.reduce((sum, value, i) => sum + value * Math.cos((Math.PI * i * j) / n), 0));
}
