import type { DataOptions } from "./data.js";
import { npzExamples } from "./dataArrays.js";
import type { Given } from "./dataSplit.js";

const url = new URL("../../data/fashion-mnist.npz", import.meta.url);

/** The part of Fashion-MNIST that comes with this package. */
export async function fashionMnist({ classes }: DataOptions): Promise<Given> {
  // Of a file: URL; written out, so that nothing of Node is imported.
  const path = decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:)/, "");
  return { ...(await npzExamples(path, classes ? { classes } : {})), name: "fashion-mnist" };
}
