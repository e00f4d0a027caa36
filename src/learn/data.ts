// Examples from files, folders and names: Node alone.
import { LogitsError } from "../core/index.js";
import { checkSeed } from "./checkSeed.js";
import { type Data, divide, type Given } from "./dataSplit.js";

export type { Data } from "./dataSplit.js";

export interface DataOptions {
  /** Names of the classes, in the order of their numbers; of folders, those that are used. */
  classes?: readonly string[];
  /** Of what is set aside where the source does not say it, an integer 0 … 2³² − 1; default 0. */
  seed?: number;
  /** cifar10-animals: where the archive is, a file or an address; default its home page. */
  from?: string;
  /** Where fetched files lie; default that of the models. */
  cache?: string;
  /** Called while a file is fetched, with the bytes that are there and those that there will be. */
  onFetch?: (received: number, of: number) => void;
}

/**
 * What there is to learn from, under a name or at a path.
 *
 *     fashion-mnist      6,000 + 1,000 + 6,500 pictures of clothes, in this package
 *     cifar10-animals    13,500 + 1,500 + 3,000 cats, dogs and birds of CIFAR-10, fetched once
 *     FILE.npz           train_images, train_labels, test_images, test_labels; or images and labels
 *     FOLDER             a folder of pictures for each class, or such folders in train/ and test/
 *
 * What the source does not set aside for validation and test is drawn from its training examples by the seed.
 *
 * @throws "bad-data", "bad-argument" with what is wrong where
 * @example
 *     const { train: examples, validation, test } = await openExamples("fashion-mnist");
 */
export async function openExamples(name: string, options: DataOptions = {}): Promise<Data> {
  const { seed = 0, from } = options;
  checkSeed(`use ${name}`, seed);
  if (from !== undefined && name !== "cifar10-animals")
    throw new LogitsError(
      "bad-argument",
      `Cannot use ${name}: from must be left out but for cifar10-animals, got ${from}`,
    );
  return divide(await given(name, options), seed);
}

async function given(name: string, options: DataOptions): Promise<Given> {
  if (name === "fashion-mnist") {
    const { fashionMnist } = await import("./dataFashion.js");
    return fashionMnist(options);
  }
  if (name === "cifar10-animals") {
    const { cifarAnimals } = await import("./dataAnimals.js");
    return cifarAnimals(options);
  }
  const { isFolder } = await import("../models/pictureFolder.js");
  if (await isFolder(name)) {
    const { folderExamples } = await import("./dataFolder.js");
    return folderExamples(name, options);
  }
  const { npzExamples } = await import("./dataArrays.js");
  return npzExamples(name, options);
}
