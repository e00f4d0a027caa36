const ln2High = 6.9314718036912381649e-1;
const ln2Low = 1.90821492927058770002e-10;
const inverseLn2 = 1.442695040888963387;

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);

/** 2^k for −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  words[0] = 0;
  words[1] = (k + 1023) << 20;
  return number[0]!;
}

/**
 * e^x for x ≤ 0 from additions, multiplications and divisions alone, whose results IEEE 754 fixes: the same bits on every engine, where `Math.exp` may
 * differ in the last. Error below 1 ulp. 0 below −745.13.
 *
 * Source: the rational approximation of fdlibm (Sun Microsystems, 1993), e_exp.c.
 */
export function portableExp(x: number): number {
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(inverseLn2 * x + 0.5);
  const high = x - k * ln2High;
  const low = k * ln2Low;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return k >= -1021 ? y * powerOfTwo(k) : y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
}
