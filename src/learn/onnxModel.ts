import type { onnx } from "onnx-proto";
import { LogitsError } from "../core/index.js";
import { loadProto } from "../models/onnxGraph.js";
import { type Layer, parameterShapes } from "./layers.js";
import { type Network, network, walk } from "./network.js";

/** Where the layers are written in the file, so that it can be read back. */
const METADATA = "logits.network";

/**
 * A network as an ONNX model: input `x`, rows × channels × height × width (or rows × features), output `logits`. Needs the optional package onnx-proto.
 */
export async function toOnnx(net: Network): Promise<Uint8Array> {
  const { ModelProto, AttributeProto, TensorProto } = await loadProto("write an ONNX graph");
  const { AttributeType } = AttributeProto;
  const nodes: onnx.INodeProto[] = [];
  const initializer: onnx.ITensorProto[] = [];
  const constant = (name: string, dims: number[], values: Float32Array): string => {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    initializer.push({ name, dims, dataType: TensorProto.DataType.FLOAT, rawData });
    return name;
  };
  const node = (
    opType: string,
    input: string[],
    name: string,
    attributes: Record<string, number[] | number> = {},
  ): string => {
    const attribute = Object.entries(attributes).map(([key, value]) =>
      Array.isArray(value)
        ? { name: key, type: AttributeType.INTS, ints: value }
        : { name: key, type: AttributeType.INT, i: value },
    );
    nodes.push({ opType, name, input, output: [name], attribute });
    return name;
  };
  let y = "x";
  let at = 0;
  walk(net.layers, net.input, (layer, shape, place) => {
    const name = `${layer.kind}${place}`;
    if (layer.kind === "pool") {
      y = node("MaxPool", [y], name, { kernel_shape: [2, 2], strides: [2, 2] });
      return;
    }
    const [dims, biasDims] = parameterShapes(layer, shape) as [number[], number[]];
    const [weights, bias] = [net.parameters[at++]!, net.parameters[at++]!];
    const last = place === net.layers.length - 1;
    if (layer.kind === "conv") {
      const [size, , channels, filters] = dims as [number, number, number, number];
      const kernel = constant(
        `${name}.weight`,
        [filters, channels, size, size],
        turned(weights, [size * size, channels, filters]),
      );
      const pad = (size - 1) / 2;
      y = node("Conv", [y, kernel, constant(`${name}.bias`, biasDims, bias)], `${name}.sum`, {
        kernel_shape: [size, size],
        pads: [pad, pad, pad, pad],
      });
    } else {
      if (shape.length === 3) {
        // The numbers of a pixel lie together here, those of a channel there.
        y = node("Transpose", [y], `${name}.pixels`, { perm: [0, 2, 3, 1] });
        y = node("Flatten", [y], `${name}.flat`, { axis: 1 });
      }
      const inputs = [y, constant(`${name}.weight`, dims, weights), constant(`${name}.bias`, biasDims, bias)];
      y = node("Gemm", inputs, last ? "logits" : `${name}.sum`);
    }
    if (layer.kind !== "linear") y = node("Relu", [y], name);
  });
  const value = (name: string, sizes: readonly number[]): onnx.IValueInfoProto => ({
    name,
    type: {
      tensorType: {
        elemType: TensorProto.DataType.FLOAT,
        shape: { dim: [{ dimParam: "rows" }, ...sizes.map((dimValue) => ({ dimValue }))] },
      },
    },
  });
  const [height, width, channels] = net.input as [number, number, number];
  const { layers, input, classes } = net;
  return ModelProto.encode(
    ModelProto.create({
      irVersion: 7,
      producerName: "logits",
      opsetImport: [{ domain: "", version: 13 }],
      metadataProps: [{ key: METADATA, value: JSON.stringify({ layers, input, classes }) }],
      graph: {
        name: "network",
        node: nodes,
        initializer,
        input: [value("x", input.length === 3 ? [channels, height, width] : input)],
        output: [value("logits", [classes.length])],
      },
    }),
  ).finish();
}

/** The network in an ONNX model that `toOnnx` wrote, to the bit. */
export async function fromOnnx(bytes: Uint8Array, name = "the model"): Promise<Network> {
  const { ModelProto } = await loadProto("read an ONNX graph");
  const refuse = (why: string, cause?: unknown): never => {
    throw new LogitsError("bad-data", `Cannot read ${name}: it must be a network written by this library, got ${why}`, {
      cause,
    });
  };
  let model: onnx.ModelProto;
  try {
    model = ModelProto.decode(bytes);
  } catch (cause) {
    return refuse("another file, or half of one", cause);
  }
  const written = model.metadataProps?.find(({ key }) => key === METADATA)?.value;
  if (!written) return refuse(model.graph ? "another model" : "another file, or half of one");
  const arrays = new Map(model.graph?.initializer?.map((tensor) => [tensor.name, tensor.rawData]) ?? []);
  const array = (key: string, length: number): Float32Array => {
    const raw = arrays.get(key);
    if (raw?.length !== 4 * length) return refuse(`no array ${key} of ${length} numbers`);
    return new Float32Array(Uint8Array.from(raw).buffer);
  };
  try {
    const { layers, input, classes } = JSON.parse(written) as { layers: Layer[]; input: number[]; classes: string[] };
    const parameters = walk(layers, input, (layer, shape, place) =>
      parameterShapes(layer, shape).map((dims, k) => {
        const length = dims.reduce((product, size) => product * size, 1);
        const values = array(`${layer.kind}${place}.${k === 0 ? "weight" : "bias"}`, length);
        return dims.length === 4 ? turned(values, [dims[3]!, dims[2]!, dims[0]! * dims[1]!]) : values;
      }),
    );
    return { ...network(layers, { input, classes }), parameters: parameters.flat() };
  } catch (cause) {
    // Layers that are no JSON, or none of ours.
    if (LogitsError.isInstance(cause) && cause.code === "bad-data") throw cause;
    return refuse("a damaged one", cause);
  }
}

/** a × b × c → c × b × a. */
function turned(values: Float32Array, [a, b, c]: readonly [number, number, number]): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++) for (let k = 0; k < c; k++) out[(k * b + j) * a + i] = values[(i * b + j) * c + k]!;
  return out;
}
