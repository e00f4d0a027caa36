import { LogitsError } from "../core/index.js";
import type { RowsBody } from "./requestRows.js";

type Content = string | { type: string; data?: unknown; text?: unknown }[];

/** The input of OpenAI's decisions: text, or messages and the tools' calls and outputs. */
export type DecisionsInput = string | { content?: Content; output?: Content }[];

/**
 * The scores in an input: a list, or one a class by name.
 *
 * They stand in a JSON part, or in text that is such JSON: clients send it so where a row is long, and tools where they answer.
 */
export function scoresIn(input: DecisionsInput, classes: readonly string[]): RowsBody {
  const contents: (Content | undefined)[] =
    typeof input === "string" ? [input] : input.flatMap(({ content, output }) => [content, output]);
  const [found, second] = contents.flatMap((content) => documentsIn(content).filter(hasLogits));
  if (!found) throw refusal('the input must have a part {"type": "input_json", "data": {"logits": …}}', "none");
  if (second) throw refusal("the input must have one part with logits", "several");
  const { logits, kind } = found;
  if (kind !== undefined && kind !== "logits" && kind !== "logprobs" && kind !== "probs")
    throw refusal("kind must be logits, logprobs or probs", JSON.stringify(kind));
  const body: RowsBody = { ...(kind !== undefined && { kind }) };
  if (Array.isArray(logits)) return { ...body, logits };
  const named = logits as Record<string, number | string>;
  const missing = classes.find((name) => !Object.hasOwn(named, name));
  const known = new Set(classes);
  const odd = Object.keys(named).find((name) => !known.has(name));
  if (missing !== undefined || odd !== undefined)
    throw refusal(`logits must have the policy's classes (${classes.slice(0, 8).join(", ")})`, odd ?? `no ${missing}`);
  return { ...body, logits: classes.map((name) => named[name]!) };
}

/** What is JSON in a message or in a tool's answer. */
function documentsIn(content: Content | undefined): unknown[] {
  if (content === undefined) return [];
  if (typeof content === "string") return documentsOf(parsed(content));
  return content.flatMap(({ type, data, text }) => documentsOf(type === "input_json" ? data : parsed(text)));
}

const documentsOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Undefined where text is only words. */
function parsed(text: unknown): unknown {
  if (typeof text !== "string" || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasLogits(data: unknown): data is { logits: object; kind?: unknown } {
  return (
    typeof data === "object" &&
    data !== null &&
    "logits" in data &&
    typeof data.logits === "object" &&
    data.logits !== null
  );
}

export function refusal(what: string, got: string): LogitsError {
  return new LogitsError("bad-argument", `Cannot decide: ${what}, got ${got}`);
}
