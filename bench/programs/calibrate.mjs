// node calibrate.mjs LOGITS.npy LABELS.npy: fits a temperature and prints the ECE that it leaves.
import { calibratedPredictions, temperature } from "../../dist/calibrate/index.js";
import { RowArrays } from "../../dist/core/index.js";
import { ece } from "../../dist/measure/ece.js";
import { answer, labelled } from "./labelled.mjs";

const data = await labelled(...process.argv.slice(2));
const calibrator = { method: "temperature", params: temperature.fit(data, {}).params };
const state = ece.init({ bins: 15, edges: "(lo, hi]" }, data);
const arrays = new RowArrays();
const step = 8192;
for (let start = 0; start < data.rows; start += step) {
  const end = Math.min(start + step, data.rows);
  const values = data.values.subarray(start * data.classes, end * data.classes);
  const part = { ...data, values, labels: data.labels.subarray(start, end), rows: end - start, offset: start };
  ece.add(state, calibratedPredictions(part, calibrator, arrays));
}
answer(ece.value(state));
