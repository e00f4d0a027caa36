/**
 * `torch.randint(0, 2, (size,), generator=torch.Generator().manual_seed(seed))` on a CPU, bit for bit: the lowest bit of each output of MT19937.
 *
 * Source: Matsumoto & Nishimura, ACM TOMACS 1998 (the generator); torch, at::uniform_int_from_to.
 */
export function torchBits(seed: number, size: number): Uint8Array {
  const next = mersenneTwister(seed);
  return Uint8Array.from({ length: size }, () => next() & 1);
}

const n = 624;
const m = 397;

/** MT19937: 32-bit words. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(n);
  state[0] = seed >>> 0;
  for (let i = 1; i < n; i++) {
    const last = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1812433253, last) + i;
  }
  let at = n;
  const twist = (): void => {
    for (let i = 0; i < n; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % n]! & 0x7fffffff);
      state[i] = state[(i + m) % n]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  };
  return () => {
    if (at === n) twist();
    let y = state[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}
