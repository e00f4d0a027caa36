import { LogitsError, type LogprobCapture } from "../../core/index.js";
import { assemble } from "./assemble.js";
import { checkOneText, collectStream, documentsOf, errorOf } from "./events.js";
import { gemini } from "./gemini.js";
import { llamaCpp } from "./llamaCpp.js";
import { ollama } from "./ollama.js";
import { openaiChat } from "./openaiChat.js";
import { openaiLegacy } from "./openaiLegacy.js";
import { checkOptions } from "./options.js";
import { responses } from "./responses.js";
import { sglang } from "./sglang.js";
import { first, list, object, type ReadLogprobsOptions, type Shape } from "./shape.js";
import { tgi } from "./tgi.js";
import { together } from "./together.js";
import { transformers } from "./transformers.js";
import { vllm } from "./vllm.js";

/** Every shape of log-probabilities that is understood. One line a shape. */
export const logprobShapes: readonly Shape[] = [
  openaiChat,
  openaiLegacy,
  responses,
  vllm,
  llamaCpp,
  ollama,
  tgi,
  gemini,
  together,
  sglang,
  transformers,
];

/**
 * Reads the log-probabilities that a model's server or library gave, whatever its shape: steps with the chosen token, the listed ones, and what is
 * known to be missing. The shape is told by its keys, and said in `notes`; sentinels become −Infinity; UTF-8 is put together across tokens; the
 * events of a stream are accumulated and nothing is counted twice.
 *
 * @param input the payload as parsed JSON or as text (JSON, JSON lines, server-sent events), an array of the events of one stream, or an async
 *   iterable of events or of pieces of text, as a response body is.
 * @param options shape, engine, stage, temperature: what no payload says; see `ReadLogprobsOptions`.
 * @throws "bad-data" for a positive log-probability, values of two decimals or fewer (unless `allowRounded`), probabilities that sum to more than 1,
 *   or a payload without log-probabilities; "not-finite" for NaN; "ambiguous" when the keys fit two shapes; "bad-argument" for an unknown shape.
 * @example
 *     const { steps, stage, notes } = await readLogprobs(await response.json(), { engine: "vllm" });
 *     steps[0].top[0].logprob;  // -0.0121…
 */
export async function readLogprobs(
  input: unknown | AsyncIterable<unknown>,
  options: ReadLogprobsOptions = {},
): Promise<LogprobCapture> {
  checkOptions(options);
  const documents = isStream(input)
    ? await collectStream(input)
    : typeof input === "string"
      ? documentsOf(input)
      : undefined;
  const payload = documents === undefined ? input : documents.length === 1 ? documents[0] : documents;
  const { shape, json } = understand(payload, options.shape);
  const capture = assemble(shape.name, shape.read(json, options), options);
  if (json === payload || !Array.isArray(payload)) return capture;
  checkOneText(payload);
  const error = errorOf(payload);
  if (error !== undefined) capture.notes.push(`The stream ended in an error: ${error}.`);
  return capture;
}

/**
 * Names of the shapes whose keys a payload has, or the events of a stream: none when it is something else.
 *
 * @param payload parsed, or as text.
 */
export function shapesOfLogprobs(payload: unknown): string[] {
  try {
    const documents = typeof payload === "string" ? documentsOf(payload) : [payload];
    return candidates(documents.length === 1 ? documents[0] : documents).map(({ shape }) => shape.name);
  } catch (error) {
    if (LogitsError.isInstance(error)) return [];
    throw error;
  }
}

interface Candidate {
  shape: Shape;
  json: unknown;
}

function candidates(payload: unknown): Candidate[] {
  const whole = logprobShapes.filter((shape) => shape.matches(payload)).map((shape) => ({ shape, json: payload }));
  if (whole.length > 0 || !Array.isArray(payload)) return whole;
  const one = payload.length === 1 ? logprobShapes.filter((shape) => shape.matches(payload[0])) : [];
  if (one.length > 0) return one.map((shape) => ({ shape, json: payload[0] }));
  return logprobShapes
    .filter((shape) => shape.gather && payload.some((event) => shape.streams!(event)))
    .map((shape) => ({ shape, json: shape.gather!(payload) }))
    .filter(({ shape, json }) => shape.matches(json));
}

function understand(payload: unknown, wanted: string | undefined): Candidate {
  const names = logprobShapes.map(({ name }) => name).join(", ");
  if (wanted !== undefined && !logprobShapes.some(({ name }) => name === wanted))
    throw new LogitsError(
      "bad-argument",
      `Cannot read log-probabilities: shape must be one of ${names}, got ${wanted}`,
    );
  const all = candidates(payload);
  const fitting = wanted === undefined ? all : all.filter(({ shape }) => shape.name === wanted);
  if (fitting.length === 1) return fitting[0]!;
  if (fitting.length > 1)
    throw new LogitsError(
      "ambiguous",
      `Cannot tell the shape of these log-probabilities: the keys must be those of one, got those of ${fitting.map(({ shape }) => shape.name).join(" and ")}`,
      { hint: "The option shape (--shape) settles it." },
    );
  throw absent(payload, wanted);
}

function absent(payload: unknown, wanted: string | undefined): LogitsError {
  const events = list(payload);
  if (events.length > 1 && events.every((event) => logprobShapes.some((shape) => shape.matches(event))))
    return new LogitsError(
      "bad-data",
      `Cannot read log-probabilities: a payload must be one answer, got ${events.length}`,
      { hint: "Read each answer for itself." },
    );
  const some = object(events[0] ?? payload);
  const asked = "choices" in some || "output" in some || "candidates" in some || "response" in some;
  const keys = Object.keys(some).slice(0, 8).join(", ") || typeof payload;
  const where = asked && first(some["choices"])["logprobs"] === null ? `${keys}, with logprobs null` : keys;
  return new LogitsError(
    "bad-data",
    `Cannot read log-probabilities: a payload must have those of ${wanted ?? "a known shape"}, got ${where}`,
    {
      hint: asked
        ? "They must be asked for: logprobs and top_logprobs in the request."
        : "Which server wrote it? See logprobShapes.",
    },
  );
}

function isStream(input: unknown): input is AsyncIterable<unknown> {
  return typeof input === "object" && input !== null && Symbol.asyncIterator in input;
}

export type { ReadLogprobsOptions, Shape } from "./shape.js";
