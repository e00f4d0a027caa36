import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { peakOf } from "./row.js";

/**
 * Bends the scores below the largest, m: unlikely tokens fall faster, likely ones come closer together.
 *
 *     z′ = m − k·f·(z − m)² + s·f·(z − m)³        k = (3 − c)/2,  s = (c − 1)/2
 *
 * The largest scores stay as they are, and removed tokens removed.
 *
 * @param smoothingFactor f; range ≥ 0, default and no-op 0
 * @param smoothingCurve c; range > 0, default 1, which leaves the cube out; below 1 scores far down rise again
 *
 * @example
 *     quadraticSmoothing.apply(Float64Array.of(3, 1), { smoothingFactor: 0.25 })   // [3, 2]
 */
export const quadraticSmoothing: Sampler = defineSampler({
  name: "quadraticSmoothing",
  role: "shape",
  help: "Bends the scores below the largest by a square and a cube",
  params: [
    {
      name: "smoothingFactor",
      type: "number",
      min: 0,
      default: 0,
      noop: 0,
      help: "f, by which distances to the largest score are bent",
    },
    {
      name: "smoothingCurve",
      type: "number",
      min: 0,
      exclusiveMin: true,
      default: 1,
      help: "c; 1 leaves the cube out",
    },
  ],
  source: "text-generation-webui #6043; koboldcpp",
  change(row, params) {
    const factor = numberOf(params, "smoothingFactor");
    const curve = numberOf(params, "smoothingCurve");
    const square = ((3 - curve) / 2) * factor;
    const cube = ((curve - 1) / 2) * factor;
    const peak = peakOf(row);
    for (let id = 0; id < row.length; id++) {
      if (row[id] === -Infinity) continue;
      const below = row[id]! - peak;
      const bent = below * below * (cube * below - square) + peak;
      // Beyond every number below, also where 0 times that is none.
      row[id] = Number.isNaN(bent) ? -Infinity : Math.min(Number.MAX_VALUE, bent);
    }
  },
});
