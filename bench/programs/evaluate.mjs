// node evaluate.mjs LOGITS.npy LABELS.npy: every metric with its interval.
import { evaluate } from "../../dist/index.js";
import { answer, labelled } from "./labelled.mjs";

const { metrics } = await evaluate(await labelled(...process.argv.slice(2)));
answer(metrics.ece.value);
