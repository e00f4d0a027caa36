import { calibrators } from "../calibrate/index.js";
import type { CalibrationMethod, Descriptor, Metric } from "../core/index.js";
import { LogitsError } from "../core/index.js";
import { metrics } from "../measure/index.js";

/**
 * Every method there is. Flags, help, JSON schema and the documentation table are made from it, so that a method is added by one file:
 * see `flags.ts`, `schema.ts` and `docs.ts` beside this.
 */
export interface Registry {
  metrics: readonly Metric[];
  calibrators: readonly CalibrationMethod[];
}

/** The built-in methods and `extra` ones. A name may be used once in its family. */
export function createRegistry(extra: readonly (Metric | CalibrationMethod)[] = []): Registry {
  const isMetric = (method: Metric | CalibrationMethod): method is Metric => method.family === "metric";
  const registry: Registry = {
    metrics: [...metrics, ...extra.filter(isMetric)],
    calibrators: [...calibrators, ...extra.filter((method): method is CalibrationMethod => !isMetric(method))],
  };
  const families: readonly (readonly Descriptor[])[] = [registry.metrics, registry.calibrators];
  for (const family of families) {
    const names = family.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice)
      throw new LogitsError("bad-argument", `Cannot register ${twice}: a name must be used once, got it twice`);
  }
  return registry;
}
