import type { Activation } from "../learn/index.js";

/** A feature of a layer: a filter's picture, or a unit. */
export interface Feature {
  feature: number;
  /** Over its picture; of a unit its one value. */
  mean: number;
  max: number;
}

/** A layer as one example passes it. */
export interface LayerSeen {
  layer: string;
  shape: readonly number[];
  /** Features that are above 0 anywhere. */
  active: number;
  strongest: Feature[];
}

const SHOWN = 4;
const shades = " ░▒▓█";
const bars = "▁▂▃▄▅▆▇█";

const names = {
  conv: ({ filters, size }: { filters: number; size: number }) => `conv ${filters} of ${size} × ${size}`,
  pool: () => "pool 2 × 2",
  dense: ({ units }: { units: number }) => `dense ${units}`,
  linear: ({ units }: { units: number }) => `linear ${units}`,
};

/** What came out of a layer: its shape and strongest features, by their mean; of equal ones the first. */
export function layerSeen({ layer, shape, values }: Activation): LayerSeen {
  const count = shape.at(-1)!;
  const size = values.length / count;
  const features = Array.from({ length: count }, (_, feature): Feature => {
    let [sum, max] = [0, -Infinity];
    for (let i = 0; i < size; i++) {
      sum += values[i * count + feature]!;
      max = Math.max(max, values[i * count + feature]!);
    }
    return { feature, mean: sum / size, max };
  });
  return {
    layer: names[layer.kind](layer as never),
    shape,
    active: features.filter(({ max }) => max > 0).length,
    strongest: features.toSorted((a, b) => b.mean - a.mean || a.feature - b.feature).slice(0, SHOWN),
  };
}

/** The same as text, with small pictures side by side: light is strong, on one scale a layer. */
export function layerText(activation: Activation): string {
  const { shape, values } = activation;
  const { layer, active, strongest } = layerSeen(activation);
  const head = `${layer} → ${shape.join(" × ")}; ${active} of ${shape.at(-1)!} above 0`;
  if (shape.length === 1) {
    const most = Math.max(...values, 1e-30);
    const strip = Array.from(values, (value) => bars[Math.floor(Math.max(0, value / most) * (bars.length - 0.001))]!);
    const lines: string[] = [];
    for (let at = 0; at < strip.length; at += 64) lines.push(strip.slice(at, at + 64).join(""));
    return [head, strongest.map(({ feature, mean }) => `#${feature} ${mean.toFixed(2)}`).join("  "), ...lines].join(
      "\n",
    );
  }
  const count = shape[2]!;
  const cells = strongest.map(({ feature }) =>
    cellsOf(
      values.filter((_, i) => i % count === feature),
      shape[0]!,
      shape[1]!,
      16,
    ),
  );
  const most = Math.max(...cells.flat(2), 1e-30);
  const pictures = cells.map((picture) => shaded(picture, most));
  const width = Math.max(14, pictures[0]![0]!.length);
  const titles = strongest.map(({ feature, mean }) => `#${feature} mean ${mean.toFixed(2)}`);
  return [
    head,
    beside(titles, width),
    ...pictures[0]!.map((_, y) =>
      beside(
        pictures.map((picture) => picture[y]!),
        width,
      ),
    ),
  ].join("\n");
}

/** The example itself, its channels together. */
export function pictureText(values: Float32Array, [height, width, channels]: readonly number[]): string {
  const grey = new Float32Array(height! * width!);
  values.forEach((value, i) => (grey[Math.floor(i / channels!)]! += value / channels!));
  return shaded(cellsOf(grey, height!, width!, 32), 1).join("\n");
}

/** Means of a picture over what each character covers, which is twice as high as wide; at most so many columns. */
function cellsOf(values: Float32Array, height: number, width: number, columns: number): number[][] {
  const step = Math.max(1, Math.ceil(width / columns));
  const lines: number[][] = [];
  for (let top = 0; top < height; top += 2 * step) {
    const line: number[] = [];
    for (let left = 0; left < width; left += step) {
      let [sum, covered] = [0, 0];
      for (let y = top; y < Math.min(height, top + 2 * step); y++)
        for (let x = left; x < Math.min(width, left + step); x++, covered++) sum += values[y * width + x]!;
      line.push(sum / covered);
    }
    lines.push(line);
  }
  return lines;
}

const shaded = (cells: readonly number[][], most: number): string[] =>
  cells.map((line) =>
    line.map((mean) => shades[Math.floor(Math.max(0, Math.min(1, mean / most)) * (shades.length - 0.001))]!).join(""),
  );

const beside = (cells: readonly string[], width: number): string =>
  cells
    .map((cell) => cell.padEnd(width))
    .join("  ")
    .trimEnd();
