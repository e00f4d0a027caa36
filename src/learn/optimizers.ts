// Optimisers on plain arrays: what they remember can be saved.

export const optimizerNames = ["adam", "sgd"] as const;
export type OptimizerName = (typeof optimizerNames)[number];

/** What an optimiser remembers: the steps taken, and moments for each parameter array. */
export interface OptimizerState {
  name: OptimizerName;
  steps: number;
  moments: Float32Array[];
}

export function startOf(name: OptimizerName, parameters: readonly Float32Array[]): OptimizerState {
  const moments = Array.from({ length: name === "adam" ? 2 : 1 }, () =>
    parameters.map((p) => new Float32Array(p.length)),
  );
  return { name, steps: 0, moments: moments.flat() };
}

/** How long past gradients count: momentum of SGD, β₁ and β₂ of Adam. */
export const MOMENTUM = 0.9;
const BETAS = [0.9, 0.999] as const;
const EPSILON = 1e-8;

/**
 * One step, in place.
 *
 *     sgd    v ← 0.9 v + g (or another `momentum`),  w ← w − rate·v
 *     adam   m ← 0.9 m + 0.1 g,  s ← 0.999 s + 0.001 g²,  w ← w − rate·m̂/(√ŝ + 1e-8) with m̂ = m/(1 − 0.9ᵗ), ŝ = s/(1 − 0.999ᵗ)
 *
 * `decay` pulls every weight towards 0 by rate·decay·w, apart from the gradient (AdamW).
 */
export function step(
  state: OptimizerState,
  parameters: readonly Float32Array[],
  gradients: readonly (Float32Array | Float64Array)[],
  rate: number,
  decay: number,
  momentum: number = MOMENTUM,
): void {
  state.steps++;
  const n = parameters.length;
  const first = 1 - BETAS[0] ** state.steps;
  const second = 1 - BETAS[1] ** state.steps;
  parameters.forEach((w, p) => {
    const g = gradients[p]!;
    const m = state.moments[p]!;
    const kept = 1 - rate * decay;
    if (state.name === "sgd") {
      for (let i = 0; i < w.length; i++) {
        m[i] = momentum * m[i]! + g[i]!;
        w[i] = kept * w[i]! - rate * m[i]!;
      }
      return;
    }
    const s = state.moments[n + p]!;
    for (let i = 0; i < w.length; i++) {
      m[i] = BETAS[0] * m[i]! + (1 - BETAS[0]) * g[i]!;
      s[i] = BETAS[1] * s[i]! + (1 - BETAS[1]) * g[i]! * g[i]!;
      w[i] = kept * w[i]! - (rate * (m[i]! / first)) / (Math.sqrt(s[i]! / second) + EPSILON);
    }
  });
}
