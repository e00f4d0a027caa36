export interface Shape {
  vocab: number;
  dim: number;
  layers: number;
  heads: number;
  hidden: number;
  eps: number;
  base: number;
  context: number;
}
export function llamaMetadata(shape: Shape, vocabulary: { tokens: string[]; merges: string[] }): unknown[][];
export function llamaTensors(
  weights: Record<string, Float32Array>,
  shape: Shape,
  type: "f16" | "f32",
): { name: string; shape: number[]; type: "f16" | "f32"; values: Float32Array }[];
