import { readFile } from "node:fs/promises";
import { LogitsError, type NextTokenModel } from "../../core/index.js";
import { writeFile } from "../../formats/file.js";
import { Recording } from "../../formats/writeRecording.js";
import { type GenerateDocument, generateText } from "../../plan/generate.js";
import type { GenerateOptions, Step } from "../../sample/index.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { generatedText, sweptText } from "../generateText.js";
import { toJson } from "../json.js";
import { modelNamed } from "../modelNamed.js";
import { drawOf, samplingOf, sweepOf, tellPassedOver } from "../sampling.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const { flags } = invocation;
  if (flags["prompt"] === undefined) throw new UsageError("logits generate needs --prompt TEXT");
  if (flags["record"] !== undefined && flags["sweep"] !== undefined)
    throw new UsageError("--record and --sweep do not go together: a record is of one text");
  const sampling = await samplingOf(invocation);
  const { chain, chainWith } = sampling;
  tellPassedOver(sampling, terminal);
  const tokenizer = flags["tokenizer"] as string | undefined;
  const model = await modelNamed(String(flags["model"] ?? "built-in"), tokenizer);
  try {
    if (flags["sweep"] !== undefined) {
      const [setting, values] = sweepOf(String(flags["sweep"]));
      const rows = [];
      for (const value of values) {
        const { text, distinct, stopped } = await written(model, invocation, chainWith({ [setting]: value }));
        rows.push({ value, text, distinct, stopped });
      }
      terminal.out(
        flags["json"] ? `${toJson({ sweep: setting, model: model.name, rows })}\n` : sweptText(setting, rows),
      );
      return DONE;
    }
    const streamed = !flags["json"] && !flags["trace"];
    const document = await written(model, invocation, chain, streamed ? (text) => terminal.out(text) : undefined);
    if (flags["json"]) terminal.out(`${toJson(document)}\n`);
    else if (flags["trace"]) terminal.out(generatedText(document, model.vocabSize));
    else {
      terminal.out("\n");
      terminal.err(
        `${document.tokens.length} tokens of ${document.model}, seed ${document.seed}; ended by ${document.stopped}\n`,
      );
    }
    return DONE;
  } finally {
    await model.close();
  }
}

async function written(
  model: NextTokenModel,
  invocation: Invocation,
  chain: readonly Step[],
  onText?: (text: string) => void,
): Promise<GenerateDocument> {
  const { flags } = invocation;
  const prompt = String(flags["prompt"]);
  const options: GenerateOptions = { ...drawOf(invocation), prompt, chain };
  for (const name of ["maxTokens", "trace", "top"] as const)
    if (flags[name] !== undefined) Object.assign(options, { [name]: flags[name] });
  if (flags["jsonSchema"] !== undefined) {
    const { jsonConstraint } = await import("../../integrations/jsonConstraint.js");
    options.constraint = await jsonConstraint(
      model,
      await readSchema(String(flags["jsonSchema"])),
      options.maxTokens ?? 128,
    );
  }
  if (flags["stop"] !== undefined) options.stop = [String(flags["stop"])];
  if (flags["record"] === undefined) return generateText(model, options, onText);
  const recording = new Recording();
  const tokens = await model.tokenize(prompt, { bos: true, special: true });
  options.watch = (logits, _, token) => {
    recording.add(logits);
    tokens.push(token);
  };
  const document = await generateText(model, options, onText);
  await writeFile(String(flags["record"]), (sink) => recording.write(tokens, sink));
  return document;
}

async function readSchema(path: string): Promise<object> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as object;
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read ${path}: it must be a JSON Schema, got ${(cause as Error).message}`,
      { cause },
    );
  }
}
