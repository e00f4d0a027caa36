import onnxProto from "onnx-proto";

const { onnx } = onnxProto;

export interface Node {
  op: string;
  input: string[];
  output: string;
  attributes?: Record<string, number | number[]>;
}

/** An ONNX file of one f32 input x (rows × shape), constants and these nodes; opset 13. */
export function onnxFile(
  nodes: readonly Node[],
  constants: Record<string, { dims: number[]; values: number[]; integers?: boolean }>,
  shape: readonly (number | string)[],
  outputs: readonly string[],
): Uint8Array {
  const { DataType } = onnx.TensorProto;
  const { AttributeType } = onnx.AttributeProto;
  const value = (name: string, sizes?: readonly (number | string)[]): object => ({
    name,
    type: {
      tensorType: {
        elemType: DataType.FLOAT,
        ...(sizes && { shape: { dim: sizes.map((s) => (typeof s === "number" ? { dimValue: s } : { dimParam: s })) } }),
      },
    },
  });
  const model = onnx.ModelProto.create({
    irVersion: 7,
    opsetImport: [{ domain: "", version: 13 }],
    graph: {
      name: "test",
      node: nodes.map(({ op, input, output, attributes = {} }) => ({
        opType: op,
        name: `${op}_${output}`,
        input,
        output: [output],
        attribute: Object.entries(attributes).map(([name, v]) =>
          Array.isArray(v) ? { name, type: AttributeType.INTS, ints: v } : { name, type: AttributeType.INT, i: v },
        ),
      })),
      initializer: Object.entries(constants).map(([name, { dims, values, integers }]) => ({
        name,
        dims,
        dataType: integers ? DataType.INT64 : DataType.FLOAT,
        rawData: new Uint8Array((integers ? BigInt64Array.from(values, BigInt) : Float32Array.from(values)).buffer),
      })),
      input: [value("x", ["rows", ...shape])],
      output: outputs.map((name) => value(name)),
    },
  });
  return onnx.ModelProto.encode(model).finish();
}
