import { knownModels } from "../../models/catalogue.js";
import { cachedFile, cacheFolder, pullModel } from "../../models/pull.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { fetchShown } from "../fetchProgress.js";
import { toJson } from "../json.js";
import { alignColumns } from "../metricsTable.js";

export async function run({ args, flags }: Invocation, terminal: Terminal): Promise<number> {
  const [action, name] = args;
  if (action === undefined) return listModels(flags["json"] === true, terminal);
  if (action !== "pull" || name === undefined) throw new UsageError("logits models needs nothing, or: pull NAME");
  const { path, fetched } = await pullModel(name, {
    ...(flags["from"] !== undefined && { from: String(flags["from"]) }),
    onFetch: fetchShown(terminal, flags["json"] === true),
  });
  const said = fetched
    ? `Fetched ${name} to ${path}; its SHA-256 is right`
    : `${name} is there already, whole: ${path}`;
  terminal.out(flags["json"] ? `${toJson({ name, path, fetched })}\n` : `${said}\n`);
  return DONE;
}

async function listModels(json: boolean, terminal: Terminal): Promise<number> {
  const models = await Promise.all(
    knownModels.map(async (model) => ({ ...model, path: (await cachedFile(model)) ?? null })),
  );
  if (json) {
    terminal.out(`${toJson({ cache: cacheFolder(), models })}\n`);
    return DONE;
  }
  const rows = models.map(({ name, bytes, licence, path, summary }) => [
    name,
    `${Math.round(bytes / 1e6)} MB`,
    licence,
    path ? "fetched" : "not fetched",
    summary,
  ]);
  const builtIn = [
    "built-in",
    "5 MB",
    "Apache-2.0",
    "always there",
    "A small Llama trained on Jane Austen, 50,257 tokens of GPT-2",
  ];
  terminal.out(`${alignColumns([["model", "size", "licence", "", ""], builtIn, ...rows])}\n`);
  return DONE;
}
