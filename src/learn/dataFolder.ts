import { LogitsError } from "../core/index.js";
import { type Image, readImage } from "../models/imageFile.js";
import { inFolder } from "../models/pictureFolder.js";
import type { DataOptions } from "./data.js";
import type { Given } from "./dataSplit.js";
import type { Examples } from "./examples.js";

/** Photographs belong into a network that was trained on millions of them. */
const MOST_PIXELS = 256 * 256;

/** Names of what is left out, in a note. */
const SHOWN = 5;

/** Pictures of one size in a folder for each class, or in such folders below train/, test/ and val/. */
export async function folderExamples(folder: string, { classes: wanted }: DataOptions): Promise<Given> {
  const top = await inFolder(folder);
  const within = (...names: string[]): string | undefined => names.find((name) => top.folders.includes(name));
  // A class may be called train: it holds pictures, no folders.
  const divided = within("train") !== undefined && (await inFolder(`${folder}/train`)).folders.length > 0;
  const classes = wanted ?? (divided ? (await inFolder(`${folder}/train`)).folders : top.folders);
  if (classes.length === 0)
    throw new LogitsError(
      "bad-data",
      `Cannot use ${folder}: it must hold a folder of pictures for each class, got none`,
    );
  const reading: Reading = { root: folder, classes, ignored: 0, strays: [], grey: true };
  const validation = divided ? within("val", "validation") : undefined;
  const test = divided ? within("test") : undefined;
  const pictures = {
    train: await picturesOf(reading, divided ? "train" : ""),
    validation: validation === undefined ? undefined : await picturesOf(reading, validation),
    test: test === undefined ? undefined : await picturesOf(reading, test),
  };
  const used = divided ? ["train", ...[validation, test].filter((name) => name !== undefined)] : classes;
  for (const name of [...top.folders, ...top.pictures]) if (!used.includes(name)) reading.strays.push(name);
  const examples = (part: Pictures): Examples => examplesOf(reading, part);
  const notes = [`Classes are the folders: ${classes.join(", ")}.`];
  if (reading.grey) notes.push("Every picture is grey: one channel.");
  if (reading.ignored > 0)
    notes.push(
      reading.ignored === 1
        ? "1 file is no PNG or JPEG picture, and is left out."
        : `${reading.ignored.toLocaleString("en")} files are no PNG or JPEG pictures, and are left out.`,
    );
  // Of folders that --classes passes over somebody said so.
  const strays = wanted ? [] : reading.strays;
  if (strays.length > 0) {
    const more = strays.length - SHOWN;
    notes.push(
      `Left out: ${strays.slice(0, SHOWN).join(", ")}${more > 0 ? ` and ${more.toLocaleString("en")} more` : ""}.`,
    );
  }
  return {
    name: folder,
    train: examples(pictures.train),
    ...(pictures.validation && { validation: examples(pictures.validation) }),
    ...(pictures.test && { test: examples(pictures.test) }),
    notes,
  };
}

/** What is known of a folder while it is read. */
interface Reading {
  root: string;
  classes: readonly string[];
  ignored: number;
  /** Folders and pictures that are in no place where some are looked for. */
  strays: string[];
  /** Whether all pictures up to here are. */
  grey: boolean;
  first?: { path: string; image: Image };
}

interface Pictures {
  images: Image[];
  labels: number[];
  ids: string[];
}

async function picturesOf(reading: Reading, part: string): Promise<Pictures> {
  const found: Pictures = { images: [], labels: [], ids: [] };
  const there = part === "" ? [] : (await inFolder(`${reading.root}/${part}`)).folders;
  reading.strays.push(...there.filter((name) => !reading.classes.includes(name)).map((name) => `${part}/${name}`));
  for (const [label, name] of reading.classes.entries()) {
    const below = part ? `${part}/${name}` : name;
    const path = `${reading.root}/${below}`;
    const { folders, pictures, others } = await inFolder(path).catch((cause: unknown) => {
      throw new LogitsError("bad-data", `Cannot use ${reading.root}: it must hold the folder ${below}, got none`, {
        cause,
      });
    });
    reading.ignored += others.length;
    reading.strays.push(...folders.map((inner) => `${below}/${inner}`));
    // A class may be missing from what is set aside, not from what is learned.
    if (pictures.length === 0 && (part === "" || part === "train"))
      throw new LogitsError("bad-data", `Cannot use ${path}: it must hold PNG or JPEG pictures, got none`);
    for (const file of pictures) {
      const image = await readImage(`${path}/${file}`);
      checkSize(reading, `${path}/${file}`, image);
      reading.grey &&= isGrey(image);
      found.images.push(image);
      found.labels.push(label);
      found.ids.push(`${below}/${file}`);
    }
  }
  return found;
}

function checkSize(reading: Reading, path: string, image: Image): void {
  const { width, height } = image;
  if (width * height > MOST_PIXELS)
    throw new LogitsError(
      "bad-data",
      `Cannot use ${path}: a picture must have at most 256 × 256 pixels, got ${width} × ${height}`,
      {
        hint: "Make all pictures smaller first, and of one size: 32 × 32 is a good beginning.",
      },
    );
  reading.first ??= { path, image };
  const { first } = reading;
  if (width === first.image.width && height === first.image.height) return;
  throw new LogitsError(
    "bad-data",
    `Cannot use ${path}: a picture must be ${first.image.width} × ${first.image.height} as ${first.path}, got ${width} × ${height}`,
    { hint: "Bring all pictures to one size first." },
  );
}

function isGrey({ pixels }: Image): boolean {
  for (let i = 0; i < pixels.length; i += 3)
    if (pixels[i] !== pixels[i + 1] || pixels[i] !== pixels[i + 2]) return false;
  return true;
}

function examplesOf({ grey, classes, first }: Reading, { images, labels, ids }: Pictures): Examples {
  const { width, height } = first!.image;
  const channels = grey ? 1 : 3;
  const size = width * height * channels;
  const values = new Uint8Array(images.length * size);
  images.forEach(({ pixels }, i) => {
    if (grey) for (let k = 0; k < size; k++) values[i * size + k] = pixels[3 * k]!;
    else values.set(pixels, i * size);
  });
  return { values, shape: [height, width, channels], labels: Int32Array.from(labels), classes, ids };
}
