import { applyCalibrator } from "../../calibrate/index.js";
import { type Batch, type Calibrator, LogitsError } from "../../core/index.js";
import { activations, type Network } from "../../learn/index.js";
import { gather, select } from "../../learn/examples.js";
import { readImage } from "../../models/imageFile.js";
import { imageTensor } from "../../models/imageTensor.js";
import { explainCard, explainRow, type ExplainOptions } from "../../triage/index.js";
import { layerSeen, layerText, pictureText } from "../activationText.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { counted } from "../counted.js";
import { toJson } from "../json.js";
import { dataFor, type NamedNetwork, networkNamed } from "../networkNamed.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { args, flags } = invocation;
  const named = await networkNamed(args[0]!);
  const { net } = named;
  const { calibrator, from } = await calibratorOf(named, invocation);
  const { values, name, label, notes } = await exampleOf(named, invocation, terminal);
  const layers = await activations(net, values);
  const logits = layers.at(-1)!.values;
  const row: Batch = { kind: "logits", values: logits, rows: 1, classes: logits.length };
  const options: ExplainOptions = { classes: [...net.classes] };
  if (calibrator) options.scaled = applyCalibrator(row, calibrator).values;
  if (label !== undefined) options.label = label;
  const explanation = explainRow(logits, options);
  if (flags["json"]) {
    const document = {
      model: named.path,
      example: name,
      input: net.input,
      notes,
      layers: layers.map(layerSeen),
      ...(calibrator && { calibrator: { ...calibrator, from } }),
      ...explanation,
    };
    terminal.out(`${toJson(document)}\n`);
    return DONE;
  }
  const parts = [
    `${name}: ${net.input.join(" × ")}`,
    ...(net.input.length === 3 ? [pictureText(values, net.input)] : []),
    "",
    ...layers.slice(0, -1).flatMap((layer) => [layerText(layer), ""]),
    `${layerSeen(layers.at(-1)!).layer} → ${logits.length} logits${calibrator ? `, calibrated by ${calibratorText(calibrator)} of ${from}` : ""}`,
    explainCard(explanation, { width: Math.min(terminal.columns, 100) }),
  ];
  terminal.out(`${parts.join("\n")}\n`);
  return DONE;
}

function calibratorText({ method, params }: Calibrator): string {
  const { temperature } = params;
  return method === "temperature" && typeof temperature === "number"
    ? `T = ${Number(temperature.toPrecision(4))}`
    : method;
}

interface One {
  values: Float32Array;
  name: string;
  label?: number;
  notes: string[];
}

/** The example that the command is about: a picture, or a row of the test part of some data. */
async function exampleOf(named: NamedNetwork, invocation: Invocation, terminal: Terminal): Promise<One> {
  const { image, data, row = 0 } = invocation.flags;
  if ((image === undefined) === (data === undefined))
    throw new UsageError("logits learn explain needs --image X or --data DATA --row N: give one");
  if (image !== undefined) {
    const stray = (["row", "classes", "from", "seed"] as const).find((name) => invocation.flags[name] !== undefined);
    if (stray) throw new UsageError(`--${stray} is about --data, not about --image: leave it out`);
    return { values: await pictureFor(named.net, String(image)), name: String(image), notes: [] };
  }
  const {
    data: { test },
    notes,
  } = await dataFor(named, invocation, terminal);
  const rows = test.labels.length;
  if (Number(row) >= rows)
    throw new LogitsError(
      "bad-data",
      `Cannot explain row ${row}: the test part of ${data} must have it, counted from 0, got ${counted(rows, "row")}`,
    );
  const one = select(test, [Number(row)]);
  return { values: gather(one, [0]), name: one.ids?.[0] ?? `row ${row}`, label: one.labels[0]!, notes };
}

async function pictureFor({ input }: Network, path: string): Promise<Float32Array> {
  const [height, width, channels] = input;
  if (input.length !== 3 || (channels !== 1 && channels !== 3))
    throw new LogitsError(
      "bad-data",
      `Cannot explain ${path}: the network must take pictures of 1 or 3 channels, got ${input.join(" × ")}`,
    );
  return imageTensor(await readImage(path), {
    width: width!,
    height: height!,
    channels,
    layout: "NHWC",
    mean: [0],
    std: [1],
  });
}

/** What logits are calibrated by, and who says so: a flag, else what lies beside the network. */
async function calibratorOf(
  { net, temperature, calibrator: beside }: NamedNetwork,
  invocation: Invocation,
): Promise<{ calibrator?: Calibrator; from?: string }> {
  const { flags } = invocation;
  const given = flags["temperature"] as number | undefined;
  if (given !== undefined && flags["calibrator"] !== undefined)
    throw new UsageError("--calibrator and --temperature both say how to calibrate: give one");
  const path = flags["calibrator"] ?? (given === undefined ? beside : undefined);
  if (path !== undefined) {
    const read = await readCalibratorFile({ ...invocation, flags: { ...flags, calibrator: path } }, net.classes);
    return { calibrator: read!, from: String(path) };
  }
  const value = given ?? temperature;
  if (value === undefined) return {};
  const calibrator: Calibrator = {
    kind: "calibrator",
    version: 1,
    method: "temperature",
    params: { temperature: value },
  };
  return { calibrator, from: given === undefined ? "card.json" : "--temperature" };
}
