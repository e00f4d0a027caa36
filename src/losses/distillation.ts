import { LogitsError } from "../core/index.js";
import { logSoftmaxInto, type Loss, type LossInput, type LossOptions, reduceRows } from "./loss.js";

/**
 * Distillation: T² KL(softmax(teacher/T) ‖ softmax(student/T)), in log space; gradient T (p_student − p_teacher).
 *
 * Hinton, Vinyals & Dean 2015, §2. PyTorch: `T*T*KLDivLoss(log_target=True)` of log-softmaxes, batchmean.
 *
 * @param teacher logits of the same shape.
 * @param options.temperature T > 0; default 1.
 */
export function distillation(
  student: LossInput,
  teacher: LossInput,
  options: LossOptions<Float32Array | Float64Array> & { temperature?: number } = {},
): Loss {
  const { temperature: t = 1 } = options;
  const { classes } = student;
  if (!(t > 0))
    throw new LogitsError("bad-argument", `Cannot compute distillation: temperature must be a number > 0, got ${t}`);
  if (teacher.rows !== student.rows || teacher.classes !== classes) {
    throw new LogitsError(
      "mismatch",
      `Cannot compute distillation: the teacher must have ${student.rows} × ${classes} logits, got ${teacher.rows} × ${teacher.classes}`,
    );
  }
  const own = new Float64Array(classes);
  const theirs = new Float64Array(classes);
  const scaled = new Float64Array(classes);
  return reduceRows("distillation", student, options, (z, row, gradient) => {
    for (let k = 0; k < classes; k++) scaled[k] = z[k]! / t;
    logSoftmaxInto(scaled, own);
    for (let k = 0; k < classes; k++) scaled[k] = teacher.values[row * classes + k]! / t;
    logSoftmaxInto(scaled, theirs);
    let loss = 0;
    for (let k = 0; k < classes; k++) {
      const q = Math.exp(theirs[k]!);
      if (q > 0) loss += q * (theirs[k]! - own[k]!);
      gradient[k] = t * (Math.exp(own[k]!) - q);
    }
    return { loss: t * t * Math.max(0, loss), weight: 1 };
  });
}
