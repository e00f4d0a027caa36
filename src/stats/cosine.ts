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
 * Cosine sums on n + 1 points (DCT-I, unnormalised): out_j = Σ_i values_i cos(π i j / n). n a power of two.
 */
export function cosineSums(values: Float64Array): Float64Array {
  const n = values.length - 1;
  const re = new Float64Array(2 * n);
  re.set(values);
  for (let i = 1; i < n; i++) re[2 * n - i] = values[i]!;
  // The even extension counts inner points twice and the ends once.
  for (let i = 1; i < n; i++) {
    re[i]! /= 2;
    re[2 * n - i]! /= 2;
  }
  fft(re, new Float64Array(2 * n));
  return re.subarray(0, n + 1);
}
