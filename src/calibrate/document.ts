import {
  type Batch,
  type CalibrationMethod,
  type Calibrator,
  differingClass,
  isObject,
  LogitsError,
  type Predictions,
  predictions,
  type RowArrays,
} from "../core/index.js";

/**
 * The calibrator that a JSON document holds, checked before anything uses it.
 *
 * @param document what `JSON.parse` gave.
 * @param methods the known methods.
 * @param classes the names of the scores' classes, or only how many there are, when that is known: another number is an error, and so are other names where
 * the calibrator has numbers of its own for each class.
 * @throws "bad-data" when it is not a calibrator; "mismatch" when it belongs to other scores.
 */
export function readCalibrator(
  document: unknown,
  methods: readonly CalibrationMethod[],
  classes?: number | readonly string[],
): Calibrator {
  const count = typeof classes === "object" ? classes.length : classes;
  const refuse = (what: string, got: unknown): never => {
    throw new LogitsError("bad-data", `Cannot use this calibrator: ${what}, got ${JSON.stringify(got)?.slice(0, 60)}`);
  };
  if (!isObject(document)) return refuse("it must be a JSON object", document);
  const candidate = document as Partial<Calibrator>;
  // The short form {method, params} is a calibrator too; a saved one says what it is.
  if (candidate.kind !== undefined && candidate.kind !== "calibrator") {
    throw new LogitsError(
      "mismatch",
      `Cannot use this document as a calibrator: kind must be "calibrator", got ${JSON.stringify(candidate.kind) ?? "none"}`,
    );
  }
  if (candidate.version !== undefined && candidate.version !== 1) return refuse("version must be 1", candidate.version);
  const method = methods.find(({ name }) => name === candidate.method);
  if (!method) return refuse(`method must be one of ${methods.map(({ name }) => name).join(", ")}`, candidate.method);
  const { params } = candidate;
  if (!isObject(params)) return refuse("params must be an object", params);
  if (candidate.classes !== undefined) {
    if (!Array.isArray(candidate.classes) || candidate.classes.some((name) => typeof name !== "string")) {
      return refuse("classes must be a list of names", candidate.classes);
    }
    if (count !== undefined && candidate.classes.length !== count) {
      throw new LogitsError(
        "mismatch",
        `Cannot use this calibrator: the scores must have its ${candidate.classes.length} classes, got ${count}`,
      );
    }
    if (typeof classes === "object" && Object.values(params).some(Array.isArray))
      checkNames(candidate.classes, classes);
  }
  method.validate(params, count ?? candidate.classes?.length ?? 0);
  return { ...candidate, kind: "calibrator", version: 1, method: method.name, params } as Calibrator;
}

/** Numbers for each class belong to it by its place: the same names in another order, or other names, are other scores. Classes that are only counted have none. */
function checkNames(own: readonly string[], names: readonly string[]): void {
  const differ = differingClass(own, names);
  if (differ < 0) return;
  throw new LogitsError(
    "mismatch",
    `Cannot use this calibrator: class ${differ} of the scores must be ${own[differ]}, as where it was fitted, got ${names[differ]}`,
    {
      column: differ,
      hint: "Put the classes in its order; --classes names them where they are the same by another name.",
    },
  );
}

/** The same rows with calibrated f64 scores: softmax of a row is its calibrated probabilities. The input is not changed. */
export function applyWith(
  methods: readonly CalibrationMethod[],
  batch: Batch,
  calibrator: Pick<Calibrator, "method" | "params"> & Partial<Calibrator>,
): Batch {
  const { method, params } = readCalibrator(calibrator, methods, batch.classes);
  return methods.find(({ name }) => name === method)!.apply(batch, params);
}

/** What the calibrated scores say of each row; of one temperature without a copy of the scores. */
export function predictWith(
  methods: readonly CalibrationMethod[],
  batch: Batch,
  calibrator: Pick<Calibrator, "method" | "params"> & Partial<Calibrator>,
  arrays?: RowArrays,
): Predictions {
  const { method, params } = readCalibrator(calibrator, methods, batch.classes);
  return predictAfter(methods.find(({ name }) => name === method)!, batch, params, arrays);
}

/** The same for parameters that need no check, because they were just learned. */
export function predictAfter(
  method: CalibrationMethod,
  batch: Batch,
  params: Calibrator["params"],
  arrays?: RowArrays,
): Predictions {
  return method.temperature
    ? predictions(batch, method.temperature(params), arrays)
    : predictions(method.apply(batch, params), 1, arrays);
}
