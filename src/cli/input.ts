import { stat } from "node:fs/promises";
import { glob } from "tinyglobby";
import { LogitsError, type Source } from "../core/index.js";
import { type Bytes, bytesOf, concatSources, openSource, type ReadOptions } from "../formats/index.js";
import { fileBytes } from "../formats/file.js";
import { openStream } from "../formats/stream.js";
import { readOptions } from "./flags.js";
import { type Invocation, type Terminal, UsageError } from "./command.js";
import { withProgress } from "./progress.js";

/** The rows of every FILE argument as one table, said aloud on standard error. */
export async function openInput(
  invocation: Invocation,
  terminal: Terminal,
  args: string[] = invocation.args,
  more: ReadOptions = {},
): Promise<Source> {
  const source = await openFiles(await expand(args), { ...readOptions(invocation), ...more });
  return said(source, invocation, terminal);
}

/**
 * The same for a command that looks at each row once: rows on standard input are given as they come. Whatever becomes of them,
 * `use` is all that reads on.
 */
export async function withRows<T>(
  invocation: Invocation,
  terminal: Terminal,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  const { args } = invocation;
  if (args.length !== 1 || args[0] !== "-") return use(await openInput(invocation, terminal));
  checkPiped();
  try {
    const source = await openStream(process.stdin, readOptions(invocation), "standard input");
    source.files = args;
    return await use(said(source, invocation, terminal));
  } finally {
    // Whoever writes may go on for long: this process does not wait for that.
    process.stdin.destroy();
  }
}

/** Says what was read as what. */
function said(source: Source, { flags }: Invocation, terminal: Terminal): Source {
  if (!flags["json"]) for (const note of source.notes) terminal.err(`${note}\n`);
  return withProgress(source, terminal);
}

async function openFiles(paths: string[], options: ReadOptions): Promise<Source> {
  const sources: Source[] = [];
  for (const path of paths) {
    const bytes = await bytesAt(path);
    try {
      sources.push(await openSource(bytes, options));
    } catch (error) {
      throw nameFile(error, path === "-" ? "standard input" : path);
    }
  }
  const source = sources.length === 1 ? sources[0]! : concatSources(sources);
  source.files = paths;
  return source;
}

/** Files in name order: globs and folders unfolded, `-` kept. */
async function expand(args: string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const arg of args) {
    if (arg === "-") {
      paths.push(arg);
      continue;
    }
    const found = await stat(arg).catch(() => undefined);
    if (found?.isFile() || (found && !found.isDirectory())) {
      paths.push(arg);
      continue;
    }
    if (!found && !/[*?[\]{}]/.test(arg)) {
      throw new LogitsError("bad-data", `Cannot read ${arg}: there is no such file`, {
        hint: "Is the path right? It is looked up from the current folder.",
      });
    }
    const matches = found ? await glob("*", { cwd: arg, absolute: true }) : await glob(arg, { absolute: true });
    if (matches.length === 0) {
      throw new LogitsError(
        "bad-data",
        `Cannot read ${arg}: it must ${found ? "hold" : "match"} at least one file, got none`,
      );
    }
    paths.push(...matches.sort());
  }
  if (paths.filter((path) => path === "-").length > 1) throw new UsageError("standard input (-) can be read once");
  return paths;
}

/** The bytes of a file, or of standard input, which is read once and kept. */
export async function bytesAt(path: string): Promise<Bytes> {
  if (path !== "-") return fileBytes(path);
  piped ??= standardInput();
  return piped;
}

let piped: Promise<Bytes> | undefined;

function checkPiped(): void {
  if (process.stdin.isTTY) throw new UsageError("nothing is piped in: - reads standard input");
}

async function standardInput(): Promise<Bytes> {
  checkPiped();
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return bytesOf(new Uint8Array(Buffer.concat(chunks)));
}

function nameFile(error: unknown, path: string): unknown {
  if (!LogitsError.isInstance(error) || error.message.includes(path)) return error;
  const where: ConstructorParameters<typeof LogitsError>[2] = { cause: error };
  if (error.row !== undefined) where.row = error.row;
  if (error.column !== undefined) where.column = error.column;
  if (error.hint !== undefined) where.hint = error.hint;
  return new LogitsError(error.code, `${path}: ${error.message}`, where);
}
