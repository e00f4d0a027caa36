import { expect, it } from "vitest";
import { startOf, step } from "./optimizers.js";

// torch.optim 2.15, AdamW(lr=0.1, weight_decay=…) and SGD(lr=0.1, momentum=0.9), after each of these gradients.
const gradients = [
  [0.5, -1, 0],
  [0.25, 3, -1e-4],
  [-2, 0.125, 1e-4],
];
it.each([
  [
    "adam",
    0,
    [
      [0.9000000357627869, -1.899999976158142, 0.5],
      [0.806782066822052, -1.9494189023971558, 0.5744031667709351],
      [0.8489282727241516, -1.9901145696640015, 0.5698854923248291],
    ],
  ],
  [
    "adam",
    0.3,
    [
      [0.8700000643730164, -1.840000033378601, 0.48500001430511475],
      [0.7506821155548096, -1.834218978881836, 0.5448532104492188],
      [0.7703078985214233, -1.8198881149291992, 0.5239899754524231],
    ],
  ],
  [
    "sgd",
    0,
    [
      [0.949999988079071, -1.899999976158142, 0.5],
      [0.8799999952316284, -2.109999895095825, 0.5000100135803223],
      [1.0169999599456787, -2.311499834060669, 0.5000090003013611],
    ],
  ],
] as const)("%s with a decay of %d steps as PyTorch's", (name, decay, expected) => {
  // Two arrays, so that each has moments of its own.
  const parameters = [Float32Array.of(1, -2), Float32Array.of(0.5)];
  const state = startOf(name, parameters);
  gradients.forEach((gradient, t) => {
    const given = [Float32Array.from(gradient.slice(0, 2)), Float32Array.from(gradient.slice(2))];
    step(state, parameters, given, 0.1, decay);
    expect(state.steps).toBe(t + 1);
    const got = parameters.flatMap((array) => [...array]);
    got.forEach((value, i) => expect(Math.abs(value - expected[t]![i]!)).toBeLessThan(1e-6));
  });
});

it("sgd pulls weights towards 0 apart from the gradient", () => {
  const parameters = [Float32Array.of(2)];
  step(startOf("sgd", parameters), parameters, [Float32Array.of(0.5)], 0.1, 0.25);
  // 2·(1 − 0.1·0.25) − 0.1·0.5
  expect(parameters[0]![0]).toBeCloseTo(1.9, 6);
});
