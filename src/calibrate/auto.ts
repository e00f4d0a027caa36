import { type Batch, type CalibrationMethod, LogitsError, predictions, shuffled, takeRows } from "../core/index.js";

const folds = 5;

/** One method's cross-validated loss. */
export interface Candidate {
  method: string;
  nll: number;
  /** Standard error of the mean over rows. */
  se: number;
}

/**
 * Compares methods by 5-fold cross-validated NLL and takes the simplest within one standard error of the best
 * (Breiman et al. 1984, §3.4.3). Which fold a row is in depends on the seed and its index alone.
 *
 * @throws "bad-data" with fewer rows than folds.
 */
export function chooseMethod(
  methods: readonly CalibrationMethod[],
  batch: Batch,
  seed: number,
): { method: CalibrationMethod; table: Candidate[] } {
  if (batch.rows < 2 * folds) {
    throw new LogitsError(
      "bad-data",
      `Cannot choose a method: there must be at least ${2 * folds} rows, got ${batch.rows}`,
      {
        hint: "--method temperature needs no comparison.",
      },
    );
  }
  const order = shuffled(batch.rows, seed, "folds");
  const losses = methods.map(() => new Float64Array(batch.rows));
  for (let fold = 0; fold < folds; fold++) {
    const held = order.filter((_, i) => i % folds === fold);
    const rest = takeRows(batch, order.filter((_, i) => i % folds !== fold).sort());
    const test = takeRows(batch, held);
    methods.forEach((method, m) => {
      const defaults = Object.fromEntries(
        method.params.filter((param) => param.default !== undefined).map((param) => [param.name, param.default!]),
      );
      const { nll } = predictions(method.apply(test, method.fit(rest, defaults).params));
      for (let i = 0; i < held.length; i++) losses[m]![held[i]!] = nll![i]!;
    });
  }
  const table = methods.map((method, m) => ({ method: method.name, ...meanAndError(losses[m]!) }));
  const best = table.reduce((a, b) => (b.nll < a.nll ? b : a));
  const within = methods.filter((_, m) => table[m]!.nll <= best.nll + best.se);
  return { method: within.reduce((a, b) => (b.complexity < a.complexity ? b : a)), table };
}

function meanAndError(values: Float64Array): { nll: number; se: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { nll: mean, se: Math.sqrt(variance / n) };
}
