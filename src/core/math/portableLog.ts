const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);

/**
 * ln x for 0 < x < ∞ from additions, multiplications and divisions alone, whose results IEEE 754 fixes: the same bits on every engine, where `Math.log` may
 * differ in the last. Error below 1 ulp.
 *
 *     x = 2^k (1 + f),  √½ ≤ 1 + f < √2        ln x = k ln 2 + 2s + s·R(s²),  s = f/(2 + f)
 *
 * Source: the minimax polynomial of fdlibm (Sun Microsystems, 1993), e_log.c.
 */
export function portableLog(x: number): number {
  let k = 0;
  let scaled = x;
  if (x < 2 ** -1022) {
    k = -54;
    scaled = x * 2 ** 54;
  }
  number[0] = scaled;
  const high = words[1]!;
  const mantissa = high & 0xfffff;
  // 1 where 1 + f would reach √2, so that f is centred on 0.
  const half = (mantissa + 0x95f64) >>> 20;
  k += (high >>> 20) - 1023 + half;
  words[1] = mantissa | ((half === 1 ? 0x3fe : 0x3ff) << 20);
  const f = number[0]! - 1;
  if (f === 0) return k * ln2High + k * ln2Low;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const even =
    z *
    (0.6666666666666735 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const halfSquare = 0.5 * f * f;
  return k * ln2High - (halfSquare - (s * (halfSquare + odd + even) + k * ln2Low) - f);
}
