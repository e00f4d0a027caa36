export function llamaOnnx(
  weights: Record<string, Float32Array>,
  shape: { vocab: number; dim: number; layers: number; heads: number; hidden: number; eps: number; base: number },
  type?: "f16" | "f32",
): Uint8Array;
