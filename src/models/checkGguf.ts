import { LogitsError } from "../core/index.js";
import { type GgufSummary, ggufSummary } from "./ggufSummary.js";

/**
 * What is in a GGUF file that a language model can be loaded from. Asked before llama.cpp is, which of a damaged file says little, and that in lines of its own.
 *
 * @throws "bad-data" for no file, another file, one cut short, and one without tokens; "unsupported" for versions that llama.cpp no longer reads.
 */
export async function checkGguf(path: string): Promise<GgufSummary> {
  const refuse = (got: string, hint: string, error?: LogitsError): LogitsError =>
    new LogitsError(error?.code ?? "bad-data", `Cannot load ${path}: it must be a GGUF file, ${got}`, { hint });
  const [{ stat }, { fileBytes }] = await Promise.all([import("node:fs/promises"), import("../formats/file.js")]);
  const found = await stat(path).catch(() => undefined);
  if (!found)
    throw refuse("got none: there is no such file", "Is the path right? It is looked up from the current folder.");
  if (!found.isFile())
    throw refuse(
      found.isDirectory() ? "got a folder" : "got no file",
      "Name the .gguf file itself, of several parts the first.",
    );
  const bytes = await fileBytes(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(`got one that may not be read (${error.code})`, "Who may read it?");
  });
  try {
    const summary = await ggufSummary(bytes);
    if (summary.vocabulary.size > 0) return summary;
    throw refuse(
      "with tokens, got one without",
      "It is no language model by itself: a projector, an adapter, or a later part?",
    );
  } catch (error) {
    const reading = `Cannot read ${path}: `;
    if (!LogitsError.isInstance(error) || !error.message.startsWith(reading)) throw error;
    throw refuse(`and ${error.message.slice(reading.length)}`, error.hint ?? "Is there a newer file?", error);
  } finally {
    await bytes.close();
  }
}
