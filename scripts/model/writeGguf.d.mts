export function writeGguf(
  metadata: readonly (readonly unknown[])[],
  tensors: readonly { name: string; shape: number[]; type: "f16" | "f32"; values: ArrayLike<number> }[],
): Uint8Array;
export function halves(values: ArrayLike<number>): Uint16Array;
