import type { Flag } from "./command.js";
import { calibratorFlag, jsonFlag, outputFlag, seedFlag, temperatureFlag } from "./flags.js";
import { dataFlags } from "./learnFlags.js";

/** Of `logits learn attack`. */
export const attackFlags: Flag[] = [
  ...dataFlags,
  {
    name: "method",
    type: "choice",
    choices: ["fgsm", "pgd", "cw", "mimicry", "all"],
    metavar: "NAME",
    help: "fgsm: one step; pgd: many; cw: just over the border; mimicry: made for whoever watches the logits; or all (default pgd)",
  },
  { name: "eps", type: "string", metavar: "E", help: "Largest change of a value, as 8/255 or 0.03 (default 8/255)" },
  { name: "steps", type: "integer", min: 1, help: "Steps of pgd, cw and mimicry (default 20; mimicry 30)" },
  { name: "rows", type: "integer", min: 1, help: "Test examples to attack, drawn by the seed (default 500)" },
  {
    name: "adaptiveRows",
    type: "integer",
    min: 1,
    metavar: "N",
    help: "Of these, on how many mimicry is shown where another method is asked for (default 200)",
  },
  {
    name: "knownRows",
    type: "integer",
    min: 10,
    metavar: "N",
    help: "Training examples from which the detector learns, and whom mimicry imitates (default 500)",
  },
  { name: "replicates", type: "integer", min: 1, help: "Draws of noise for each example (default 32)" },
  {
    name: "sigma",
    type: "string",
    metavar: "S",
    help: "Standard deviation of that noise, as 12/255 or 0.05 (default 12/255)",
  },
  {
    ...seedFlag,
    help: "Seed of everything random; of what is set aside for tests too, where no card.json beside the network says it (default 0)",
  },
  outputFlag("OUT.npz", "Where to keep logits before and after, and under noise; of all, a file an attack"),
  jsonFlag,
];

/** Of `logits learn explain`. */
export const explainFlags: Flag[] = [
  { name: "image", type: "string", metavar: "X", help: "A PNG or JPEG, resized to what the network takes" },
  ...dataFlags,
  { name: "row", type: "integer", min: 0, metavar: "N", help: "Which of DATA's test examples, from 0 (default 0)" },
  {
    ...seedFlag,
    help: "Of what is set aside for tests, where no card.json beside the network says it (default 0)",
  },
  {
    ...temperatureFlag,
    help: "Divide the logits by T (default: what lies beside the network, calibrator.json or card.json)",
  },
  { ...calibratorFlag, help: "Apply this calibrator instead" },
  jsonFlag,
];
