import type { Flag } from "./command.js";
import { inputFlags, jsonFlag, outputFlag, seedFlag } from "./flags.js";

/** Which examples a network meets. */
export const dataFlags: Flag[] = [
  {
    name: "data",
    type: "string",
    metavar: "NAME|FILE|DIR",
    help: "fashion-mnist, cifar10-animals, an npz of images and labels (train_images, train_labels, test_images, test_labels), or a folder of pictures for each class",
  },
  {
    name: "from",
    type: "string",
    metavar: "FILE|URL",
    help: "cifar10-animals: where cifar-10-binary.tar.gz is (default: its home page)",
  },
  ...inputFlags.filter(({ name }) => name === "classes"),
];

export const trainFlags: Flag[] = [
  ...dataFlags,
  outputFlag("DIR", "Where to: model.onnx, val.npz, test.npz, calibrator.json and card.json"),
  { name: "resume", type: "boolean", help: "Go on where a run into this folder was stopped" },
  {
    name: "epochs",
    type: "integer",
    min: 1,
    max: 100_000,
    metavar: "N",
    help: "Passes over the examples (default 16; 60 with --overfit)",
  },
  {
    name: "batch",
    type: "integer",
    min: 1,
    max: 100_000,
    default: 64,
    metavar: "N",
    help: "Examples a step (default 64)",
  },
  {
    name: "lr",
    type: "number",
    min: 0,
    exclusiveMin: true,
    metavar: "R",
    help: "Learning rate of Adam at the beginning; a cosine brings it to 0 (default 0.002; 0.003 with --overfit)",
  },
  { name: "decay", type: "number", min: 0, noop: 0, metavar: "D", help: "Weight decay of AdamW (default 0)" },
  {
    name: "patience",
    type: "integer",
    min: 1,
    metavar: "N",
    help: "Stop where the validation loss has not fallen for so many epochs (default 5); the best epoch is kept",
  },
  {
    name: "augment",
    type: "string",
    metavar: "A",
    help: "Changes to pictures while they are learned from: none, flip, shift or flip,shift; auto (default) is both for colour pictures, none for others and with --overfit",
  },
  {
    name: "overfit",
    type: "integer",
    min: 2,
    metavar: "N",
    help: "Learn N training examples by heart, the first ones where these show every class, else drawn from all classes by the seed: no early stop, the last epoch is kept; the others join those that the temperature is fitted to",
  },
  { ...seedFlag, help: "Seed of the weights, the order, the changes, and of what is set aside (default 0)" },
  jsonFlag,
];
