import { applyCalibrator } from "../../calibrate/index.js";
import { type Batch, type Calibrator, predictions } from "../../core/index.js";
import { formatOfName } from "../../formats/writeTable.js";
import { readCalibratorFile } from "../calibratorFile.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { openInput } from "../input.js";
import { toJson } from "../json.js";
import { writeOut } from "../writeOut.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  if (flags["calibrator"] === undefined) throw new UsageError("logits apply needs --calibrator C.json");
  if (flags["output"] === undefined) throw new UsageError("logits apply needs -o OUT");
  const output = String(flags["output"]);
  formatOfName(output);
  const source = await openInput(invocation, terminal);
  const calibrator = (await readCalibratorFile(invocation, source.classes))!;
  const { rows, notes } = await writeOut(output, {
    ...source,
    async *batches() {
      for await (const batch of source.batches()) yield probabilities(batch, calibrator);
    },
  });
  for (const note of notes) terminal.err(`${note}\n`);
  const document = { rows, output, calibrator: calibrator.method };
  terminal.out(
    flags["json"] ? `${toJson(document)}\n` : `Wrote ${rows.toLocaleString("en")} rows of probabilities to ${output}\n`,
  );
  return DONE;
}

function probabilities(batch: Batch, calibrator: Calibrator): Batch {
  // Labels are carried, not judged: a true label of probability 0 is no error here.
  const { labels: _, ...unlabelled } = batch;
  return { ...batch, kind: "probs", values: predictions(applyCalibrator(unlabelled, calibrator)).probs() };
}
