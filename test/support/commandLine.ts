import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runCli } from "../../src/cli/run.js";

export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

/** A command line in this process, with a terminal that is none. */
export async function logits(...argv: string[]): Promise<Ended> {
  let [out, err] = ["", ""];
  const status = await runCli(argv, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    outIsTty: false,
    errIsTty: false,
    columns: 80,
    color: false,
  });
  return { status, out, err };
}

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A command line as a person types it, with standard input. Needs the build. */
export function spawned(input: string, ...argv: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { encoding: "utf8", input });
  return { status, out: stdout, err: stderr };
}
