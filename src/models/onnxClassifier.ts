import { LogitsError } from "../core/index.js";
import { decodeNumbers } from "../formats/numbers.js";
import { type Classifier, joinScores, layoutOfShape, type Scored } from "./classifier.js";
import { cutBeforeSoftmax } from "./onnxGraph.js";
import { loadRuntime, openSession, type Runtime, type Session } from "./onnxRuntime.js";
import { readBytes } from "./readFile.js";

export interface OnnxClassifierOptions {
  /** Which output to cut. Default: the first that ends in a softmax or sigmoid, else the first. */
  output?: string;
  /** Threads within one operator. Default 1. */
  threads?: number;
  /** Rows evaluated at once. Default 32; a model of a fixed number of rows takes that. */
  rows?: number;
}

/**
 * A classifier in an ONNX file, cut before its softmax: `run` gives logits. Needs the optional packages onnxruntime-node (in browsers onnxruntime-web) and
 * onnx-proto. `notes` say which tensor the logits are.
 *
 * @throws "missing-package"; "bad-data" for a file that is no model; "unsupported" for several inputs.
 * @example
 * const classifier = await onnxClassifier("resnet.onnx");
 * const { values, rows, classes } = await classifier.run(pixels, [8, 3, 224, 224]);
 */
export async function onnxClassifier(path: string, options: OnnxClassifierOptions = {}): Promise<Classifier> {
  const name = path.split(/[/\\]/).at(-1)!;
  const cut = await cutBeforeSoftmax(await readBytes(path), name, options.output);
  const runtime = await loadRuntime();
  // Uncut, it is opened where it lies: weights may be in files beside it.
  const session = await openSession(runtime, cut.cut || /^https?:/.test(path) ? cut.bytes : path, path, options);
  const [batch, ...shape] = inputShape(session, name);
  const step = batch! > 0 ? batch! : (options.rows ?? 32);
  const notes = [cut.note];
  if (cut.cut === "Sigmoid")
    notes.push(
      "A sigmoid: with one column the classes are no and yes, (0, z); with more they are independent questions.",
    );

  return {
    name,
    input: { name: session.inputNames[0]!, shape, layout: layoutOfShape(shape) },
    notes,
    async run(values, given) {
      const [rows = 0, ...rest] = given;
      checkShape(name, values, given, shape);
      const parts: Scored[] = [];
      const width = values.length / rows;
      for (let row = 0; row < rows; row += step) {
        const count = Math.min(step, rows - row);
        if (batch! > 0 && count < batch!)
          throw new LogitsError("bad-argument", `Cannot run ${name}: rows must be a multiple of ${batch}, got ${rows}`);
        parts.push(
          await scores(runtime, session, cut.tensor, values.slice(row * width, (row + count) * width), [
            count,
            ...rest,
          ]),
        );
      }
      return joinScores(name, parts, cut.cut === "Sigmoid");
    },
    close: () => session.release(),
  };
}

/** Sizes with −1 where they are open; the first is the number of rows. */
function inputShape(session: Session, name: string): number[] {
  const [input, ...more] = session.inputMetadata;
  if (!input?.isTensor || more.length > 0) {
    throw new LogitsError(
      "unsupported",
      `Cannot run ${name}: it must have one input, got ${session.inputNames.join(", ")}`,
    );
  }
  if (!["float32", "float64", "uint8"].includes(input.type))
    throw new LogitsError("unsupported", `Cannot run ${name}: its input must be f32, f64 or u8, got ${input.type}`);
  return input.shape.map((size) => (typeof size === "number" && size > 0 ? size : -1));
}

function checkShape(name: string, values: Float32Array, given: readonly number[], shape: readonly number[]): void {
  const [rows = 0, ...rest] = given;
  const fits = rest.length === shape.length && rest.every((size, i) => shape[i]! < 0 || size === shape[i]);
  const wanted = shape.map((size) => (size < 0 ? "any" : size)).join(" × ");
  if (!fits) throw new LogitsError("bad-data", `Cannot run ${name}: items must be ${wanted}, got ${rest.join(" × ")}`);
  if (rows < 1 || given.reduce((a, b) => a * b, 1) !== values.length)
    throw new LogitsError(
      "bad-data",
      `Cannot run ${name}: there must be ${given.join(" × ")} numbers, got ${values.length}`,
    );
}

async function scores(
  { Tensor }: Runtime,
  session: Session,
  output: string,
  values: Float32Array,
  shape: readonly number[],
): Promise<Scored> {
  const [input] = session.inputMetadata;
  const type = input!.isTensor ? input!.type : "float32";
  const tensor =
    type === "uint8"
      ? new Tensor("uint8", Uint8Array.from(values), shape)
      : type === "float64"
        ? new Tensor("float64", Float64Array.from(values), shape)
        : new Tensor("float32", values, shape);
  const result = (await session.run({ [session.inputNames[0]!]: tensor }, [output]))[output]!;
  if (result.type !== "float16") return { values: Float32Array.from(result.data as Float32Array), shape: result.dims };
  const bits = result.data as Uint16Array;
  const floats = new Float32Array(bits.length);
  decodeNumbers(new Uint8Array(bits.slice().buffer), "f2", floats);
  return { values: floats, shape: result.dims };
}
