import { alloc, argmax, entropy, free, logSoftmax, logSumExp, softmax, topK } from "logits/math";
import { afterEach, describe, expect, it, vi } from "vitest";
import { useImplementation } from "../../kernels/index.js";
import { LogitsError } from "../errors.js";

afterEach(() => useImplementation());

const noise = (length: number, seed = 1): Float32Array =>
  Float32Array.from({ length }, (_, k) => 5 * Math.sin((k + seed) * 12.9898));

describe("scores in kernel memory", () => {
  it.each([
    [1, 7],
    [3, 1000],
    [2, 131_072],
  ])("%i × %i: give what an ordinary array gives", (rows, classes) => {
    const ordinary = noise(rows * classes);
    const own = alloc(rows, classes);
    expect([own.length, own.every((z) => z === 0)]).toEqual([rows * classes, true]);
    own.set(ordinary);
    for (let row = 0; row < rows; row++) {
      const [a, b] = [own, ordinary].map((all) => all.subarray(row * classes, (row + 1) * classes));
      expect(argmax(a!)).toEqual(argmax(b!));
      expect(topK(a!, 40)).toEqual(topK(b!, 40));
      expect(logSumExp(a!)).toBe(logSumExp(b!));
      expect(entropy(a!)).toBe(entropy(b!));
      const out = new Float32Array(classes);
      expect(softmax(a!, { out: alloc(1, classes) })).toEqual(softmax(b!, { out }));
      expect(logSoftmax(a!, { out: alloc(1, classes) })).toEqual(logSoftmax(b!, { out }));
    }
    expect(own).toEqual(ordinary);
    free(own);
  });

  it("arrays do not disturb each other, and none is detached by another's end or by kernels that need more room", () => {
    const [a, b, c] = [alloc(1, 5000), alloc(1, 5000), alloc(1, 5000)] as const;
    a.set(noise(5000, 1));
    b.set(noise(5000, 2));
    c.set(noise(5000, 3));
    free(b);
    softmax(noise(3_000_000), { out: new Float32Array(3_000_000) });
    topK(a, 300);
    softmax(c, { out: alloc(1, 5000) });
    expect(a).toEqual(noise(5000, 1));
    expect(c).toEqual(noise(5000, 3));
    expect(b.length).toBe(0);
  });

  it("after free the array and its views are empty and refused", () => {
    const scores = alloc(2, 100);
    const row = scores.subarray(100);
    free(row);
    for (const gone of [scores, row]) {
      expect(gone.length).toBe(0);
      expect(() => logSumExp(gone)).toThrow(LogitsError);
      expect(() => free(gone)).toThrow("they must come from alloc and be freed once");
    }
  });

  it("is ordinary memory where there is no WebAssembly, and ends in the same way", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    vi.resetModules();
    const math = await import("logits/math");
    const scores = math.alloc(1, 300);
    scores.set(noise(300));
    expect(math.topK(scores, 2)).toEqual(topK(noise(300), 2));
    expect(math.logSumExp(scores)).toBeCloseTo(logSumExp(noise(300)), 6);
    math.free(scores);
    vi.unstubAllGlobals();
    expect(scores.length).toBe(0);
    expect(() => math.free(scores)).toThrow("freed once");
  });

  it.each([new Float32Array(3), new Float64Array(3)])("free refuses what is from elsewhere", (scores) =>
    expect(() => free(scores)).toThrow(LogitsError),
  );

  it.each([
    [0, 3],
    [2, -1],
    [1.5, 2],
    [2, NaN],
  ])("alloc refuses %d × %d", (rows, classes) =>
    expect(() => alloc(rows, classes)).toThrow(/must be an integer ≥ 1, got/),
  );
});

describe("rows of f32", () => {
  const row = noise(5000);

  it.each([[NaN], [Infinity]])("with %d: every function names row and column", (z) => {
    const bad = { values: Float32Array.of(...row, ...row), rows: 2, classes: 5000, offset: 10 };
    bad.values[5000 + 4321] = z;
    const one = bad.values.subarray(5000);
    for (const compute of [
      () => logSumExp(bad),
      () => entropy(bad),
      () => softmax(bad, { out: new Float32Array(10_000) }),
      () => logSoftmax(bad, { out: new Float32Array(10_000) }),
    ])
      expect(compute).toThrow(expect.objectContaining({ code: "not-finite", row: 11, column: 4321 }));
    for (const compute of [() => argmax(one), () => topK(one, 3)])
      expect(compute).toThrow(expect.objectContaining({ code: "not-finite", row: 0, column: 4321 }));
  });

  it("of only −Infinity are refused", () => {
    const masked = new Float32Array(5000).fill(-Infinity);
    for (const compute of [
      () => argmax(masked),
      () => topK(masked, 3),
      () => logSumExp(masked),
      () => entropy(masked),
      () => softmax(masked, { out: new Float32Array(5000) }),
      () => logSoftmax(masked, { out: new Float32Array(5000) }),
    ])
      expect(compute).toThrow("got only -Infinity");
  });

  it("keep f64 accuracy where f64 is given or asked for", () => {
    const wide = Float64Array.from(row);
    expect(softmax(row)).toEqual(softmax(wide));
    expect(logSoftmax(row)).toEqual(logSoftmax(wide));
    useImplementation("reference");
    expect(logSumExp(row)).toBe(logSumExp(wide));
    expect(logSumExp(wide)).toBe(logSumExp(Array.from(wide)));
  });
});
