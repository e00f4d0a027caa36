import type { ImageLayout } from "./classifier.js";
import type { Image } from "./imageFile.js";

/** How a picture becomes what a network takes. */
export interface Preprocess {
  width: number;
  height: number;
  /** 3, or 1 for luma (ITU-R BT.601). */
  channels: 1 | 3;
  layout: Exclude<ImageLayout, "none">;
  /** Of pixels as 0 … 1, one for all channels or one each. No-op: 0. */
  mean: readonly number[];
  /** Above 0. No-op: 1. */
  std: readonly number[];
}

/** (pixel / 255 − mean) / std, resized by a triangle filter as wide as the step between pixels of the smaller picture (what Pillow calls bilinear). */
export function imageTensor(image: Image, { width, height, channels, layout, mean, std }: Preprocess): Float32Array {
  const rgb = resized(image, width, height);
  const size = width * height;
  const tensor = new Float32Array(channels * size);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < channels; c++) {
      const value =
        channels === 3 ? rgb[3 * i + c]! : 0.299 * rgb[3 * i]! + 0.587 * rgb[3 * i + 1]! + 0.114 * rgb[3 * i + 2]!;
      const at = layout === "NCHW" ? c * size + i : channels * i + c;
      tensor[at] = (value / 255 - (mean[c] ?? mean[0]!)) / (std[c] ?? std[0]!);
    }
  }
  return tensor;
}

/** Red, green, blue as floats. */
export function resized({ width, height, pixels }: Image, toWidth: number, toHeight: number): Float32Array {
  const columns = triangle(width, toWidth);
  const narrow = new Float32Array(height * toWidth * 3);
  for (let y = 0; y < height; y++) {
    for (const [x, { first, weights }] of columns.entries()) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (const [k, weight] of weights.entries()) sum += weight * pixels[3 * (y * width + first + k) + c]!;
        narrow[3 * (y * toWidth + x) + c] = sum;
      }
    }
  }
  const result = new Float32Array(toHeight * toWidth * 3);
  for (const [y, { first, weights }] of triangle(height, toHeight).entries()) {
    for (const [k, weight] of weights.entries()) {
      const from = (first + k) * toWidth * 3;
      for (let i = 0; i < toWidth * 3; i++) result[y * toWidth * 3 + i]! += weight * narrow[from + i]!;
    }
  }
  return result;
}

/** For each new pixel: which old ones it is made of, and how much of each. Weights sum to 1. */
function triangle(from: number, to: number): { first: number; weights: number[] }[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / reach)),
    );
    const total = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}
