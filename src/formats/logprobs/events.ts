import { LogitsError } from "../../core/index.js";
import { integer, type Json, list, object, text } from "./shape.js";

/** The documents in a text: one JSON document, server-sent events (`data: {…}`), or one document a line. */
export function documentsOf(text: string): unknown[] {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  try {
    return [JSON.parse(trimmed)];
  } catch {
    return /^(data|event|id|retry|:)/m.test(trimmed) && !/^[[{]/.test(trimmed) ? serverEvents(trimmed) : lines(trimmed);
  }
}

/** The data of each event; several data lines of one event are one document. `[DONE]` ends a stream and says nothing. */
function serverEvents(text: string): unknown[] {
  return text
    .split(/\r?\n\s*\r?\n|\r?\n(?=event:)/)
    .flatMap((block) => {
      const data = block.split(/\r?\n/).flatMap((line) => (line.startsWith("data:") ? [line.slice(5).trim()] : []));
      const whole = data.join("\n");
      return data.length > 1 && !isJson(whole) ? data : [whole];
    })
    .filter((data) => data !== "" && data !== "[DONE]")
    .map((data, i) => parse(data, `event ${i}`));
}

function lines(text: string): unknown[] {
  return text
    .split(/\r?\n/)
    .map((line, i) => ({ line, i }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, i }) => parse(line, `line ${i + 1}`));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LogitsError(
      "bad-data",
      `Cannot read log-probabilities: ${where} must be JSON, got ${text.slice(0, 60)}`,
      { cause },
    );
  }
}

/**
 * A text ends once: what comes after its end is of another, and two are not one.
 *
 * @throws "bad-data" for the events of several answers.
 */
export function checkOneText(events: readonly unknown[]): void {
  const ended = new Set<string>();
  for (const [i, event] of events.entries())
    for (const end of endsOf(object(event))) {
      if (ended.has(end))
        throw new LogitsError(
          "bad-data",
          `Cannot read log-probabilities: the events of a stream must be of one answer, got the end of another at event ${i}`,
          { hint: "Read each answer for itself." },
        );
      ended.add(end);
    }
}

/** The texts that end with an event. Gemini says so with every one, and is not asked. */
function endsOf(event: Json): string[] {
  const whole =
    event["done"] === true ||
    event["stop"] === true ||
    typeof event["generated_text"] === "string" ||
    event["type"] === "response.completed" ||
    object(event["meta_info"])["finish_reason"] != null;
  const choices = list(event["choices"]).map(object);
  const ended = choices.filter((choice) => choice["finish_reason"] != null && choice["logprobs"] != null);
  return [...(whole ? ["whole"] : []), ...ended.map((choice) => `choice ${integer(choice["index"]) ?? 0}`)];
}

/** What went wrong, when the last event says so. */
export function errorOf(events: readonly unknown[]): string | undefined {
  const last = object(events.at(-1));
  const error = last["error"] ?? object(last["response"])["error"] ?? (last["type"] === "error" ? last : undefined);
  return error == null ? undefined : (text(error) ?? text(object(error)["message"]) ?? JSON.stringify(error));
}

/** What an async iterable gives, to its end: events as they are, or pieces of text put together. */
export async function collectStream(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const decoder = new TextDecoder();
  const events: unknown[] = [];
  let text = "";
  for await (const piece of stream) {
    if (typeof piece === "string") text += piece;
    else if (piece instanceof Uint8Array) text += decoder.decode(piece, { stream: true });
    else events.push(piece);
  }
  text += decoder.decode();
  return text === "" ? events : documentsOf(text);
}
