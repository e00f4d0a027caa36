import type { Sampler } from "../core/index.js";
import { defineSampler, numberOf } from "./define.js";
import { countOf } from "./row.js";
import { coldReasons, divide, temperatureBetween } from "./temperature.js";

/**
 * A temperature between two bounds that follows the entropy H of the tokens left, n in number: sure rows are sharpened, open ones flattened.
 *
 *     T = low + (high − low) · (H / ln n)^e
 *
 * At T = 0 only the most probable token is left (lowest id on ties). Where one token is left nothing changes.
 *
 * @param dynatempLow low; range ≥ 0, default 1; no-op 1 together with `dynatempHigh` 1
 * @param dynatempHigh high; range ≥ 0, default 1
 * @param dynatempExponent e; range ≥ 0, default 1
 *
 * @example
 *     dynamicTemperature.apply(Float64Array.of(6, 6), { dynatempLow: 0.5, dynatempHigh: 1.5 })   // [4, 4]
 */
export const dynamicTemperature: Sampler = defineSampler({
  name: "dynamicTemperature",
  role: "shape",
  help: "A temperature between two bounds that follows the entropy",
  params: [
    { name: "dynatempLow", type: "number", min: 0, default: 1, noop: 1, help: "T of a row without entropy" },
    { name: "dynatempHigh", type: "number", min: 0, default: 1, noop: 1, help: "T of a uniform row" },
    { name: "dynatempExponent", type: "number", min: 0, default: 1, help: "Power of the relative entropy" },
  ],
  source: "text-generation-webui, DynamicTemperatureLogitsWarper; koboldcpp",
  change(row, params) {
    const [low, high, power] = ["dynatempLow", "dynatempHigh", "dynatempExponent"].map((name) =>
      numberOf(params, name),
    );
    divide(row, temperatureBetween(row, low!, high!, power!, countOf(row)) ?? 1);
  },
  reasons: (row) => coldReasons(row),
});
