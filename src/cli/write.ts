import { writeFile } from "../formats/file.js";

/** Writes a text where the user asked: there is all of it, or what was there before; a pipe or device is written directly. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(path, (sink) => sink.write(new TextEncoder().encode(text)));
}
