// A Llama as an ONNX graph, with the names of inputs and outputs that Optimum gives a decoder with past: input_ids, attention_mask, position_ids,
// past_key_values.N.key/value → logits, present.N.key/value.
import onnxProto from "onnx-proto";
import { halves } from "./writeGguf.mjs";

const { onnx } = onnxProto;
const { DataType } = onnx.TensorProto;

/**
 * weights: f32 arrays by their GGUF names; shape: { vocab, dim, layers, heads, hidden, eps, base }; type: how matrices are stored, "f16" or "f32". The
 * arithmetic is f32 either way. Rows of q and k are put in halves (all first of a pair, then all second), the order of `rotate_half`.
 */
export function llamaOnnx(weights, shape, type = "f16") {
  const { vocab, dim, layers, heads, hidden, eps, base } = shape;
  const size = dim / heads;
  const nodes = [];
  const initializer = [];
  let count = 0;
  const node = (opType, input, attributes = {}, output = `${opType.toLowerCase()}${count++}`) => {
    nodes.push({ opType, input, output: [output], name: output, attribute: Object.entries(attributes).map(attribute) });
    return output;
  };
  const constant = (name, dims, values, dataType) => {
    const data = dataType === DataType.INT64 ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
    initializer.push({ name, dims, dataType, rawData: new Uint8Array(data.buffer) });
    return name;
  };
  const ints = (name, values) => constant(name, [values.length], values, DataType.INT64);
  const floats = (name, dims, values) => constant(name, dims, values, DataType.FLOAT);
  const matrix = (name, dims, values) => {
    if (type === "f32") return floats(name, dims, values);
    initializer.push({ name, dims, dataType: DataType.FLOAT16, rawData: new Uint8Array(halves(values).buffer) });
    return node("Cast", [name], { to: DataType.FLOAT });
  };
  const linear = (x, name, rows, columns, order) => {
    const w = weights[`${name}.weight`];
    const turned = new Float32Array(rows * columns);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) turned[c * rows + r] = w[(order?.(r) ?? r) * columns + c];
    return node("MatMul", [x, matrix(`${name}.weight`, [columns, rows], turned)]);
  };

  for (const i of [0, 1, 2, 3]) ints(`axis${i}`, [i]);
  ints("splitHeads", [0, 0, heads, size]);
  ints("joinHeads", [0, 0, dim]);
  ints("half", [size / 2]);
  ints("whole", [size]);
  ints("last", [3]);
  constant("one", [], [1], DataType.INT64);
  constant("zero", [], [0], DataType.INT64);
  floats("two", [], [2]);
  floats("eps", [], [eps]);
  floats("scale", [], [1 / Math.sqrt(size)]);
  floats("open", [], [0]);
  floats("shut", [], [-1e9]);
  floats(
    "frequencies",
    [1, 1, size / 2],
    Array.from({ length: size / 2 }, (_, i) => base ** (-i / (size / 2))),
  );

  const norm = (x, name) => {
    const square = node("ReduceMean", [node("Pow", [x, "two"])], { axes: [-1], keepdims: 1 });
    const root = node("Sqrt", [node("Add", [square, "eps"])]);
    return node("Mul", [node("Div", [x, root]), floats(`${name}.weight`, [dim], weights[`${name}.weight`])]);
  };
  const angles = node("Mul", [
    node("Cast", [node("Unsqueeze", ["position_ids", "axis2"])], { to: DataType.FLOAT }),
    "frequencies",
  ]);
  const cos = node("Unsqueeze", [node("Cos", [angles]), "axis1"]);
  const sin = node("Unsqueeze", [node("Sin", [angles]), "axis1"]);
  const rotated = (x) => {
    const a = node("Slice", [x, "axis0", "half", "last"]);
    const b = node("Slice", [x, "half", "whole", "last"]);
    const first = node("Sub", [node("Mul", [a, cos]), node("Mul", [b, sin])]);
    const second = node("Add", [node("Mul", [a, sin]), node("Mul", [b, cos])]);
    return node("Concat", [first, second], { axis: 3 });
  };
  const mask = causalMask(node);
  const inHeads = (x) => node("Transpose", [node("Reshape", [x, "splitHeads"])], { perm: [0, 2, 1, 3] });
  // Row r of a head in halves is row 2r of its first half of pairs, or 2r + 1 of the second.
  const halved = (r) => r - (r % size) + (r % size < size / 2 ? 2 * (r % size) : 2 * (r % size) - size + 1);

  const table = matrix("token_embd.weight", [vocab, dim], weights["token_embd.weight"]);
  let x = node("Gather", [table, "input_ids"], { axis: 0 });
  for (let i = 0; i < layers; i++) {
    const name = (part) => `blk.${i}.${part}`;
    const h = norm(x, name("attn_norm"));
    const q = rotated(inHeads(linear(h, name("attn_q"), dim, dim, halved)));
    const k = node(
      "Concat",
      [`past_key_values.${i}.key`, rotated(inHeads(linear(h, name("attn_k"), dim, dim, halved)))],
      { axis: 2 },
      `present.${i}.key`,
    );
    const v = node(
      "Concat",
      [`past_key_values.${i}.value`, inHeads(linear(h, name("attn_v"), dim, dim))],
      { axis: 2 },
      `present.${i}.value`,
    );
    const scores = node("Mul", [node("MatMul", [q, node("Transpose", [k], { perm: [0, 1, 3, 2] })]), "scale"]);
    const seen = node("MatMul", [node("Softmax", [node("Add", [scores, mask])], { axis: -1 }), v]);
    const joined = node("Reshape", [node("Transpose", [seen], { perm: [0, 2, 1, 3] }), "joinHeads"]);
    x = node("Add", [x, linear(joined, name("attn_output"), dim, dim)]);
    const g = norm(x, name("ffn_norm"));
    const gate = linear(g, name("ffn_gate"), hidden, dim);
    const silu = node("Mul", [gate, node("Sigmoid", [gate])]);
    x = node("Add", [
      x,
      linear(node("Mul", [silu, linear(g, name("ffn_up"), hidden, dim)]), name("ffn_down"), dim, hidden),
    ]);
  }
  node("MatMul", [norm(x, "output_norm"), node("Transpose", [table], { perm: [1, 0] })], {}, "logits");

  const value = (name, elemType, dims) => ({
    name,
    type: {
      tensorType: {
        elemType,
        shape: { dim: dims.map((d) => (typeof d === "number" ? { dimValue: d } : { dimParam: d })) },
      },
    },
  });
  const cache = (prefix, length) =>
    Array.from({ length: layers }, (_, i) =>
      ["key", "value"].map((part) =>
        value(`${prefix}.${i}.${part}`, DataType.FLOAT, ["batch_size", heads, length, size]),
      ),
    ).flat();
  const ids = (name, length) => value(name, DataType.INT64, ["batch_size", length]);
  const model = onnx.ModelProto.create({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    producerName: "logits",
    graph: {
      name: "llama",
      node: nodes,
      initializer,
      input: [
        ids("input_ids", "sequence_length"),
        ids("attention_mask", "total_length"),
        ids("position_ids", "sequence_length"),
        ...cache("past_key_values", "past_length"),
      ],
      output: [
        value("logits", DataType.FLOAT, ["batch_size", "sequence_length", vocab]),
        ...cache("present", "total_length"),
      ],
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

/** 0 where a token may look, −10⁹ where it may not: later tokens and padding. */
function causalMask(node) {
  const length = node("Squeeze", [node("Gather", [node("Shape", ["input_ids"]), "axis1"], { axis: 0 })]);
  const past = node("Squeeze", [node("Gather", [node("Shape", ["past_key_values.0.key"]), "axis2"], { axis: 0 })]);
  const total = node("Add", [past, length]);
  const row = node("Unsqueeze", [node("Range", [past, total, "one"]), "axis1"]);
  const column = node("Unsqueeze", [node("Range", ["zero", total, "one"]), "axis0"]);
  const earlier = node("LessOrEqual", [column, row]);
  const real = node("Cast", [node("Unsqueeze", [node("Unsqueeze", ["attention_mask", "axis1"]), "axis1"])], {
    to: DataType.BOOL,
  });
  return node("Where", [node("And", [earlier, real]), "open", "shut"]);
}

function attribute([name, value]) {
  const { AttributeType } = onnx.AttributeProto;
  return Array.isArray(value)
    ? { name, type: AttributeType.INTS, ints: value }
    : { name, type: AttributeType.INT, i: value };
}
