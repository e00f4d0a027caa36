import type { onnx } from "onnx-proto";
import { LogitsError } from "../core/index.js";
import { missingPackage } from "./missingPackage.js";

/** A model whose only output is what entered its last softmax. */
export interface CutModel {
  bytes: Uint8Array;
  /** The tensor that is now the output. */
  tensor: string;
  /** What was cut off, in a sentence. */
  note: string;
  /** The operator that was cut off, or none: the model gives scores already. */
  cut: "Softmax" | "LogSoftmax" | "Sigmoid" | undefined;
}

/** Operators that only rearrange or copy: the softmax may stand before them. */
const passThrough = new Set(["Identity", "Cast", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "ZipMap", "Dropout"]);

/**
 * Finds the tensor before the final softmax (Softmax, LogSoftmax, Sigmoid, or exp(z) / Σ exp(z) written out) and makes it the only output. The rest of the graph
 * stays as it is.
 *
 * @param output which output to look at; by default the first that ends in one of these, else the first.
 * @throws "bad-data" for bytes that are no ONNX model; "unsupported" where weights lie in another file.
 */
export async function cutBeforeSoftmax(bytes: Uint8Array, name: string, output?: string): Promise<CutModel> {
  const { ModelProto } = await loadProto("cut an ONNX graph");
  const model = decode(ModelProto, bytes, name);
  const graph = model.graph!;
  const outputs = (graph.output ?? []).map((value) => value.name!);
  if (output !== undefined && !outputs.includes(output)) {
    throw new LogitsError(
      "bad-argument",
      `Cannot cut ${name}: its output must be ${outputs.join(" or ")}, got ${output}`,
    );
  }
  const producers = new Map<string, onnx.INodeProto>();
  for (const node of graph.node ?? []) for (const tensor of node.output ?? []) producers.set(tensor, node);
  const candidates = output === undefined ? outputs : [output];
  const found = candidates.map((tensor) => beforeSoftmax(tensor, producers)).find((cut) => cut !== undefined);
  if (!found) {
    const tensor = candidates[0]!;
    return {
      bytes,
      tensor,
      cut: undefined,
      note: `Output ${tensor} is taken as it is: no softmax or sigmoid is at its end.`,
    };
  }
  if (graph.initializer?.some(({ dataLocation }) => dataLocation === 1)) {
    throw new LogitsError(
      "unsupported",
      `Cannot cut ${name}: its weights must be within the file, got weights in another`,
      {
        hint: "Save it as one file: onnx.save(model, path, save_as_external_data=False).",
      },
    );
  }
  graph.output = [{ name: found.tensor }];
  const { tensor, operator, from } = found;
  const written =
    operator === "Softmax" && from.opType === "Div" ? "a softmax written out as exp and sum" : `its ${operator}`;
  return {
    bytes: ModelProto.encode(model).finish(),
    tensor,
    cut: operator,
    note: `Cut before ${written} (${from.name || from.output?.[0]}): the logits are the tensor ${tensor}.`,
  };
}

type Operator = NonNullable<CutModel["cut"]>;

function beforeSoftmax(
  output: string,
  producers: ReadonlyMap<string, onnx.INodeProto>,
): { tensor: string; operator: Operator; from: onnx.INodeProto } | undefined {
  for (let tensor = output; ; ) {
    const node = producers.get(tensor);
    if (!node) return undefined;
    const operator = node.opType ?? "";
    if (operator === "Softmax" || operator === "LogSoftmax" || operator === "Sigmoid")
      return { tensor: node.input![0]!, operator, from: node };
    if (operator === "Div") {
      const exponent = writtenOut(node, producers);
      return exponent === undefined ? undefined : { tensor: exponent, operator: "Softmax", from: node };
    }
    if (!passThrough.has(operator)) return undefined;
    tensor = node.input![0]!;
  }
}

/** exp(z) / ReduceSum(exp(z)): the tensor z; subtracting the maximum of a row before does not matter. */
function writtenOut(division: onnx.INodeProto, producers: ReadonlyMap<string, onnx.INodeProto>): string | undefined {
  const [numerator, denominator] = division.input as [string, string];
  const exponential = producers.get(numerator);
  const sum = producers.get(denominator);
  if (exponential?.opType !== "Exp" || sum?.opType !== "ReduceSum" || sum.input![0] !== numerator) return undefined;
  const exponent = exponential.input![0]!;
  const shift = producers.get(exponent);
  const max = shift?.opType === "Sub" ? producers.get(shift.input![1]!) : undefined;
  return max?.opType === "ReduceMax" && max.input![0] === shift!.input![0] ? shift!.input![0]! : exponent;
}

function decode(ModelProto: typeof onnx.ModelProto, bytes: Uint8Array, name: string): onnx.ModelProto {
  try {
    const model = ModelProto.decode(bytes);
    if (model.graph?.node?.length) return model;
  } catch {
    // Said below.
  }
  throw new LogitsError("bad-data", `Cannot read ${name}: it must be an ONNX model, got another file`);
}

/** The package that reads and writes the format. */
export async function loadProto(purpose: string): Promise<typeof onnx> {
  try {
    return (await import("onnx-proto")).default.onnx;
  } catch (cause) {
    throw missingPackage("onnx-proto", purpose, cause);
  }
}
