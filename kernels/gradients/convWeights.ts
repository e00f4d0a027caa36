// The gradient of a convolution in its weights. A strip of 8 filters is kept in registers for 6 inputs at a time, while the pictures pass by.

/**
 * out[i, j, c, f] = Σ over examples, rows y and columns w of x[y + i, w + j, c] · d[y, w, f].
 *
 * @param x examples × (height + size − 1) × (width + size − 1) × channels: the pictures with a border of zeros
 * @param d examples × height × width × filters
 * @param out size × size × channels × filters
 */
export function convWeights(
  x: usize,
  d: usize,
  out: usize,
  examples: i32,
  height: i32,
  width: i32,
  channels: i32,
  filters: i32,
  size: i32,
): void {
  // The inputs of a weight's row i lie together: columns j and channels c, `inputs` numbers from x[y + i, w] on.
  const inputs = size * channels;
  const line = (<usize>filters) << 2;
  memory.fill(out, 0, <usize>(size * inputs) * line);
  const stepX = (<usize>channels) << 2;
  const rowX = <usize>(width + size - 1) * stepX;
  const exampleX = <usize>(height + size - 1) * rowX;
  const exampleD = <usize>(height * width) * line;
  for (let n = 0; n < examples; n++, x += exampleX, d += exampleD)
    for (let i = 0; i < size; i++) {
      const row = x + <usize>i * rowX;
      const sums = out + <usize>(i * inputs) * line;
      let f = 0;
      for (; f + 8 <= filters; f += 8) {
        const dp = d + ((<usize>f) << 2);
        let to = sums + ((<usize>f) << 2);
        let xp = row;
        let k = 0;
        for (; k + 6 <= inputs; k += 6, xp += 24, to += 6 * line) six(xp, dp, to, height, width, stepX, rowX, line);
        for (; k + 3 <= inputs; k += 3, xp += 12, to += 3 * line) three(xp, dp, to, height, width, stepX, rowX, line);
        for (; k < inputs; k++, xp += 4, to += line) one(xp, dp, to, height, width, stepX, rowX, line);
      }
      for (; f < filters; f++) {
        const at = (<usize>f) << 2;
        for (let k = 0; k < inputs; k++)
          single(row + ((<usize>k) << 2), d + at, sums + <usize>k * line + at, height, width, stepX, rowX, line);
      }
    }
}

@inline function plus(sum: v128, x: v128, d: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, d));
}

@inline function add(p: usize, a: v128, b: v128): void {
  v128.store(p, f32x4.add(v128.load(p), a));
  v128.store(p, f32x4.add(v128.load(p, 16), b), 16);
}

function six(x: usize, d: usize, out: usize, height: i32, width: i32, stepX: usize, rowX: usize, line: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0;
  for (let y = 0; y < height; y++, x += rowX) {
    let xp = x;
    for (let w = 0; w < width; w++, xp += stepX, d += line) {
      const da = v128.load(d);
      const db = v128.load(d, 16);
      const x0 = v128.load_splat<f32>(xp);
      a0 = plus(a0, x0, da);
      b0 = plus(b0, x0, db);
      const x1 = v128.load_splat<f32>(xp, 4);
      a1 = plus(a1, x1, da);
      b1 = plus(b1, x1, db);
      const x2 = v128.load_splat<f32>(xp, 8);
      a2 = plus(a2, x2, da);
      b2 = plus(b2, x2, db);
      const x3 = v128.load_splat<f32>(xp, 12);
      a3 = plus(a3, x3, da);
      b3 = plus(b3, x3, db);
      const x4 = v128.load_splat<f32>(xp, 16);
      a4 = plus(a4, x4, da);
      b4 = plus(b4, x4, db);
      const x5 = v128.load_splat<f32>(xp, 20);
      a5 = plus(a5, x5, da);
      b5 = plus(b5, x5, db);
    }
  }
  add(out, a0, b0);
  add(out + line, a1, b1);
  add(out + 2 * line, a2, b2);
  add(out + 3 * line, a3, b3);
  add(out + 4 * line, a4, b4);
  add(out + 5 * line, a5, b5);
}

function three(x: usize, d: usize, out: usize, height: i32, width: i32, stepX: usize, rowX: usize, line: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0;
  let b0 = a0, b1 = a0, b2 = a0;
  for (let y = 0; y < height; y++, x += rowX) {
    let xp = x;
    for (let w = 0; w < width; w++, xp += stepX, d += line) {
      const da = v128.load(d);
      const db = v128.load(d, 16);
      const x0 = v128.load_splat<f32>(xp);
      a0 = plus(a0, x0, da);
      b0 = plus(b0, x0, db);
      const x1 = v128.load_splat<f32>(xp, 4);
      a1 = plus(a1, x1, da);
      b1 = plus(b1, x1, db);
      const x2 = v128.load_splat<f32>(xp, 8);
      a2 = plus(a2, x2, da);
      b2 = plus(b2, x2, db);
    }
  }
  add(out, a0, b0);
  add(out + line, a1, b1);
  add(out + 2 * line, a2, b2);
}

function one(x: usize, d: usize, out: usize, height: i32, width: i32, stepX: usize, rowX: usize, line: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  for (let y = 0; y < height; y++, x += rowX) {
    let xp = x;
    for (let w = 0; w < width; w++, xp += stepX, d += line) {
      const x0 = v128.load_splat<f32>(xp);
      a = plus(a, x0, v128.load(d));
      b = plus(b, x0, v128.load(d, 16));
    }
  }
  add(out, a, b);
}

/** Filters that make no strip of 8. */
function single(x: usize, d: usize, out: usize, height: i32, width: i32, stepX: usize, rowX: usize, line: usize): void {
  let sum: f32 = 0;
  for (let y = 0; y < height; y++, x += rowX) {
    let xp = x;
    for (let w = 0; w < width; w++, xp += stepX, d += line) sum += load<f32>(xp) * load<f32>(d);
  }
  store<f32>(out, load<f32>(out) + sum);
}
