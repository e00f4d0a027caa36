/**
 * The gradient of the largest of each 2 × 2 in what it was chosen from: equal ones share it.
 *
 * @param d, y rows × width × channels: the gradient in the largest, and the largest
 * @param x, out 2·rows × 2·width × channels; the rows of all examples one after another
 */
export function poolInput(d: usize, x: usize, y: usize, out: usize, rows: i32, width: i32, channels: i32): void {
  const right = (<usize>channels) << 2;
  const below = (<usize>(2 * width)) * right;
  for (let r = 0; r < rows; r++, x += below, out += below)
    for (let w = 0; w < width; w++, x += right, out += right) {
      let c = 0;
      for (; c + 4 <= channels; c += 4, d += 16, y += 16, x += 16, out += 16) {
        const most = v128.load(y);
        const a = f32x4.eq(v128.load(x), most);
        const b = f32x4.eq(v128.load(x + right), most);
        const e = f32x4.eq(v128.load(x + below), most);
        const f = f32x4.eq(v128.load(x + below + right), most);
        // Lanes that are equal are −1.
        const count = i32x4.neg(i32x4.add(i32x4.add(a, b), i32x4.add(e, f)));
        const share = f32x4.div(v128.load(d), f32x4.convert_i32x4_s(count));
        v128.store(out, v128.and(a, share));
        v128.store(out + right, v128.and(b, share));
        v128.store(out + below, v128.and(e, share));
        v128.store(out + below + right, v128.and(f, share));
      }
      for (; c < channels; c++, d += 4, y += 4, x += 4, out += 4) {
        const most = load<f32>(y);
        const a = load<f32>(x) == most;
        const b = load<f32>(x + right) == most;
        const e = load<f32>(x + below) == most;
        const f = load<f32>(x + below + right) == most;
        const share = load<f32>(d) / <f32>(<i32>a + <i32>b + <i32>e + <i32>f);
        store<f32>(out, a ? share : 0);
        store<f32>(out + right, b ? share : 0);
        store<f32>(out + below, e ? share : 0);
        store<f32>(out + below + right, f ? share : 0);
      }
    }
}
