import { writeFile } from "../formats/file.js";
import type { Terminal } from "./command.js";

/**
 * Writes lines as they come: to standard output where no path is given, else to a file that is there whole or not at all.
 *
 * @param each gives the lines, any number in one text
 */
export async function writeLines<T>(
  path: string | undefined,
  terminal: Terminal,
  each: (put: (text: string) => void | Promise<void>) => Promise<T>,
): Promise<T> {
  if (path === undefined) {
    let held = "";
    const result = await each((text) => {
      held += text;
      if (held.length < 2 ** 16) return;
      terminal.out(held);
      held = "";
    });
    terminal.out(held);
    return result;
  }
  const encoder = new TextEncoder();
  return writeFile(path, (sink) => each((text) => sink.write(encoder.encode(text))));
}

/** Writes a text where the user asked: there is all of it, or what was there before; a pipe or device is written directly. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(path, (sink) => sink.write(new TextEncoder().encode(text)));
}
