import { uniform } from "../core/index.js";

/** Changes to pictures while they are learned from, other ones each time. */
export interface Augmentation {
  /** Half of them are mirrored, left and right; default and no-op false. */
  flip?: boolean;
  /** Each is moved by up to so many pixels both ways, what is missing being black; default and no-op 0. */
  shift?: number;
}

/** Changes pictures, `shape` each, in place; `first` is the number of the first one that training sees. */
export function augment(
  pictures: Float32Array,
  [height, width, channels]: readonly number[],
  { flip = false, shift = 0 }: Augmentation,
  seed: number,
  epoch: number,
  first: number,
): void {
  if (!flip && shift === 0) return;
  const size = height! * width! * channels!;
  const before = new Float32Array(size);
  for (let i = 0; i * size < pictures.length; i++) {
    const dice = (use: number): number => uniform(seed, "augment", 3 * (first + i) + use, epoch);
    const mirrored = flip && dice(0) < 0.5;
    const down = Math.floor(dice(1) * (2 * shift + 1)) - shift;
    const right = Math.floor(dice(2) * (2 * shift + 1)) - shift;
    const picture = pictures.subarray(i * size, (i + 1) * size);
    before.set(picture);
    picture.fill(0);
    for (let y = Math.max(0, down); y < Math.min(height!, height! + down); y++)
      for (let x = Math.max(0, right); x < Math.min(width!, width! + right); x++) {
        const from = mirrored ? width! - 1 - (x - right) : x - right;
        const source = ((y - down) * width! + from) * channels!;
        for (let c = 0; c < channels!; c++) picture[(y * width! + x) * channels! + c] = before[source + c]!;
      }
  }
}
