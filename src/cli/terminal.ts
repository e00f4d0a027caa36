import { BAD_DATA, type Terminal } from "./command.js";

/** The real one. A reader that stops early (`| head`) ends the program quietly; a full disk ends it with a sentence. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      if (stream === process.stdout)
        process.stderr.write(`logits: Cannot write to standard output: ${error.message}\n`);
      process.exit(BAD_DATA);
    });
  }
  const outIsTty = process.stdout.isTTY === true;
  return {
    out: (text) => void process.stdout.write(text),
    taken: () =>
      process.stdout.writableNeedDrain ? new Promise((done) => process.stdout.once("drain", done)) : Promise.resolve(),
    err: (text) => void process.stderr.write(text),
    outIsTty,
    errIsTty: process.stderr.isTTY === true,
    columns: process.stdout.columns ?? 80,
    color: outIsTty && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb",
  };
}
