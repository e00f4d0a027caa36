import { type Batch, type Decision, LogitsError, type Source } from "../../core/index.js";
import { policyRunner } from "../../plan/decide.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { writeFile } from "../../formats/file.js";
import { withRows } from "../input.js";
import { toJson } from "../json.js";
import { readPolicyFile, readStateFile } from "../policyFile.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  if (flags["policy"] === undefined) throw new UsageError("logits decide needs --policy P.json");
  // Wrong papers are said before a large file is read.
  const policy = await readPolicyFile(String(flags["policy"]));
  const state = flags["state"] === undefined ? undefined : await readStateFile(String(flags["state"]));
  const decide = policyRunner(policy, state);
  return withRows(invocation, terminal, async (source) => {
    await readPolicyFile(String(flags["policy"]), source.classes);
    const actions = await decideAll(source, decide, flags["output"], terminal);
    if (!flags["json"])
      terminal.err(`${[...actions].map(([action, count]) => `${action} ${count.toLocaleString("en")}`).join(", ")}\n`);
    return DONE;
  });
}

/** Writes the decisions, and counts them by action. */
async function decideAll(
  source: Source,
  decide: (batch: Batch) => Decision[],
  output: Invocation["flags"][string],
  terminal: Terminal,
): Promise<Map<string, number>> {
  const actions = new Map<string, number>();
  const all = async (put: (text: string) => Promise<void> | void): Promise<void> => {
    let rows = 0;
    for await (const batch of source.batches({ reuse: true })) {
      const decisions = decide(batch);
      rows += decisions.length;
      for (const { action } of decisions) actions.set(action, (actions.get(action) ?? 0) + 1);
      await put(decisions.map(line).join(""));
    }
    if (rows === 0) throw new LogitsError("bad-data", "Cannot decide: there must be at least 1 row, got 0");
  };
  if (output === undefined)
    await all((text) => {
      terminal.out(text);
      return terminal.taken?.();
    });
  else {
    const encoder = new TextEncoder();
    await writeFile(String(output), (sink) => all((text) => sink.write(encoder.encode(text))));
  }
  return actions;
}

function line({ id, row, ...rest }: Decision): string {
  return `${toJson({ id: id ?? String(row), row, ...rest }, 0)}\n`;
}
