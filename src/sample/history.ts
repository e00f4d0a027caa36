import { LogitsError, type Param, type Params, type Reason, type SampleContext } from "../core/index.js";
import { numberOf } from "./define.js";

export const windowParam: Param = {
  name: "penaltyWindow",
  type: "integer",
  min: -1,
  default: -1,
  help: "How many of the last tokens count; −1 all",
};

export const reachParam: Param = {
  name: "penaltyOver",
  type: "choice",
  choices: ["all", "output"],
  default: "all",
  help: "Whether the prompt counts too",
};

/** The tokens that a penalty looks at. */
export function recentTokens(params: Params, { history, promptLength }: SampleContext): readonly number[] {
  const counted = params["penaltyOver"] === "output" ? history.slice(promptLength) : history;
  const window = numberOf(params, "penaltyWindow");
  return window < 0 ? counted : window === 0 ? [] : counted.slice(-window);
}

/** How often each token occurs. */
export function tokenCounts(tokens: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

/** Ids from "11,13". */
export function idsOf(text: unknown, what: string): number[] {
  return String(text ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map((part) => idOf(part, what));
}

/** Sequences of ids from "1 2 3;4 5". */
export function sequencesOf(text: unknown, what: string): number[][] {
  return String(text ?? "")
    .split(";")
    .filter((part) => part.trim() !== "")
    .map((part) =>
      part
        .trim()
        .split(/\s+/)
        .map((id) => idOf(id, what)),
    );
}

export function idOf(text: string, what: string): number {
  const id = Number(text);
  if (!Number.isInteger(id) || id < 0 || text.trim() === "")
    throw new LogitsError(
      "bad-argument",
      `Cannot sample: ${what} must name tokens by ids ≥ 0, got ${JSON.stringify(text)}`,
    );
  return id;
}

/** What stands before and after the colon of each of "11:2.5,13:-Infinity". All are read, whether or not they apply. */
export function pairsOf(text: unknown, separator: "," | ";", what: string): [string, number][] {
  return String(text ?? "")
    .split(separator)
    .filter((pair) => pair.trim() !== "")
    .map((pair) => {
      const [ids = "", bias = "", ...more] = pair.split(":");
      const value = /^\s*-inf(inity)?\s*$/i.test(bias) ? -Infinity : Number(bias);
      if (ids.trim() === "" || bias.trim() === "" || more.length > 0 || !(value < Infinity))
        throw new LogitsError(
          "bad-argument",
          `Cannot sample: ${what} must be ids and a number or -Infinity with a colon between, got ${JSON.stringify(pair)}`,
        );
      return [ids, value];
    });
}

/** Whether `history` ends with these tokens. */
export function endsWith(history: readonly number[], tokens: readonly number[]): boolean {
  const from = history.length - tokens.length;
  return from >= 0 && tokens.every((token, i) => history[from + i] === token);
}

/** Removes one token, if there is such a token. */
export function remove(row: Float64Array, id: number): void {
  if (id < row.length) row[id] = -Infinity;
}

/** Leaves these tokens alone, with the score 0. */
export function force(row: Float64Array, ...ids: number[]): void {
  const wrong = ids.find((id) => id >= row.length);
  if (wrong !== undefined)
    throw new LogitsError(
      "bad-argument",
      `Cannot force token ${wrong}: it must be in [0, ${row.length - 1}], got ${wrong}`,
    );
  row.fill(-Infinity);
  for (const id of ids) row[id] = 0;
}

/** The reason of a ban that asks yes or no. */
export const banned = (text: string): Reason => ({ value: 1, limit: 0, text });

/** The reason of a bias that takes a score to −∞. */
export function biasReason(bias: number, where = ""): Reason {
  const total = bias === -Infinity ? "−∞" : String(bias);
  return banned(`its bias${where} is ${total}${bias === -Infinity ? "" : ", which takes its score to −∞"}`);
}

/** The reason why a forced token leaves no other. */
export function forcedReason(id: number, why: string, ids: readonly number[]): Reason {
  const only = ids.length === 1 ? `token ${ids[0]}` : `one of the tokens ${ids.join(", ")}`;
  return { value: id, limit: ids[0] ?? -1, text: `${why}, so that only ${only} may follow` };
}

/** How many tokens follow the prompt. */
export const outputLength = ({ history, promptLength }: SampleContext): number => history.length - promptLength;
