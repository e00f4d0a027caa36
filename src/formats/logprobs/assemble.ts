import {
  LogitsError,
  type LogprobCapture,
  type LogprobStep,
  type Precision,
  type TokenLogprob,
} from "../../core/index.js";
import { coverageOf, lostEntries } from "./coverage.js";
import { engines } from "./engines.js";
import { counted, disagrees, leavesOut } from "./listFaults.js";
import { recover } from "./recover.js";
import { withoutRepeats } from "./sameToken.js";
import type { Draft, DraftStep, DraftToken, ReadLogprobsOptions } from "./shape.js";
import { bytesOfText, stitch } from "./stitch.js";
import { initSurvey, logprobOf, precisionOf, type ValueSurvey } from "./values.js";

/** A draft judged: numbers checked, sentinels told, bytes stitched, coverage and stage stated. */
export function assemble(shape: string, draft: Draft, options: ReadLogprobsOptions): LogprobCapture {
  const survey = initSurvey();
  const notes = [...draft.notes];
  const steps = tokensOf(draft.steps, draft, options, survey, notes, "token");
  const prompt = draft.prompt && tokensOf(draft.prompt, draft, options, survey, notes, "prompt token");
  const scores = draft.of === "score";
  const of = draft.of === "prob" ? "prob" : "logprob";
  const precision: Precision = scores ? { of, float32: false } : precisionOf(survey, of, options.allowRounded ?? false);
  const spelled = place(steps, draft.text, notes);
  const capture: LogprobCapture = {
    shape,
    engine: options.engine ?? draft.engine,
    stage: "unknown",
    precision,
    steps: finish(steps, draft, options, precision, notes),
    text: spelled.text,
    notes,
  };
  if (prompt && prompt.length > 0) {
    place(prompt, undefined, notes);
    capture.prompt = finish(prompt, draft, options, precision, notes);
  }
  notes.unshift(state(capture, draft, options));
  for (const [value, count] of survey.sentinels)
    notes.push(`${value} stands for a log-probability ${count === 1 ? "once" : `${count} times`}: read as −Infinity.`);
  if (precision.decimals !== undefined) {
    const d = precision.decimals;
    notes.push(
      `Values have at most ${counted(d, "decimal", "decimals")}: each may be off by ${Number(`5e-${d + 1}`)}.`,
    );
  }
  return capture;
}

/** Stage and temperature: what the caller says, else the payload, else what is documented of the engine. */
function state(capture: LogprobCapture, draft: Draft, options: ReadLogprobsOptions): string {
  const known = Object.hasOwn(engines, capture.engine) ? engines[capture.engine] : undefined;
  const own = options.engine === undefined || options.engine === draft.engine ? draft.stage : undefined;
  capture.stage = options.stage ?? own ?? known?.stage ?? "unknown";
  const temperature = options.temperature ?? draft.temperature ?? (capture.stage === "raw" ? 1 : known?.temperature);
  if (temperature !== undefined) capture.temperature = temperature;
  const why = options.stage
    ? "as the caller says"
    : own
      ? "as its keys say"
      : (known?.note ?? "nothing is known of this engine").replace(/\.$/, "");
  return `Read as ${capture.shape} by ${options.shape ? "request" : "its keys"}; engine ${capture.engine}; stage ${capture.stage}: ${why}.`;
}

/** A step before its place in the text is known. */
type Placed = Omit<LogprobStep, "coverage"> & Pick<DraftStep, "loose">;

function tokensOf(
  drafts: readonly DraftStep[],
  draft: Draft,
  options: ReadLogprobsOptions,
  survey: ValueSurvey,
  notes: string[],
  what: string,
): Placed[] {
  // In an echo, and in a prompt, nothing came before the first token that could predict it.
  const unpredicted = drafts.length > 0 && drafts[0]!.value === null && drafts[0]!.top.length === 0;
  if (unpredicted) notes.push(`The first ${what} has no prediction; it is left out of the steps.`);
  let unspelled = 0;
  const tokenOf = (token: DraftToken, logprob: number): TokenLogprob => {
    const text = token.text ?? (token.id === undefined ? undefined : options.decode?.(token.id));
    if (text === undefined) unspelled++;
    const bytes = token.bytes ?? (text === undefined ? null : bytesOfText(text));
    return { ...(token.id === undefined ? {} : { id: token.id }), text: text ?? "", bytes, logprob };
  };
  const read = drafts.slice(unpredicted ? 1 : 0).map((step, i): Placed => {
    const where = `${what} ${i + (unpredicted ? 1 : 0)}`;
    const [own, ...others] =
      draft.of === "score"
        ? normalised(step, where)
        : [step, ...step.top].map(({ value }) =>
            logprobOf(value, draft.of === "prob" ? "prob" : "logprob", where, survey),
          );
    const top = step.top.map((token, k) => tokenOf(token, others[k]!)).sort((a, b) => b.logprob - a.logprob);
    // An entry without a number may be anything, also more probable than the others.
    const loose = step.loose || (draft.of !== "score" && step.top.some(({ value }) => value == null));
    return { ...tokenOf(step, own!), top, span: [0, 0], ...(loose && { loose }) };
  });
  if (unspelled > 0) notes.push(`${unspelled} tokens have an id and no spelling; the option decode spells them.`);
  if (unpredicted) read.unshift({ ...tokenOf(drafts[0]!, Number.NaN), top: [], span: [0, 0] });
  return read;
}

/** ln softmax of the scores of all tokens: of the one that was chosen, then of each. */
function normalised(step: DraftStep, where: string): number[] {
  const scores = step.top.map(({ value }) =>
    value === null || value === "-Infinity" ? -Infinity : typeof value === "number" ? value : Number.NaN,
  );
  const max = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  if (scores.some(Number.isNaN) || !Number.isFinite(max))
    throw new LogitsError(
      "not-finite",
      `Cannot read log-probabilities: scores must be finite or -Infinity, got another at ${where}`,
    );
  const lse = max + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - max), 0));
  return [scores[step.id!]! - lse, ...scores.map((score) => score - lse)];
}

/** Gives every step its characters; compares with the text that the payload has beside them. */
function place(steps: Placed[], beside: string | undefined, notes: string[]): { text: string } {
  const { text, spans, lost, broken } = stitch(steps);
  for (const [i, span] of spans.entries()) steps[i]!.span = span;
  if (broken > 0) notes.push("Some bytes are no UTF-8 character: they are spelled U+FFFD.");
  const recovered =
    lost > 0 && beside !== undefined
      ? recover(
          spans.map((span) => text.slice(...span)),
          beside,
        )
      : undefined;
  if (lost > 0)
    notes.push(
      `${lost} tokens are spelled U+FFFD and have no bytes: ${recovered ? "the text beside them says which characters they make up" : "parts of characters that cannot be put together"}.`,
    );
  if (recovered) {
    let at = 0;
    for (const [i, part] of recovered.entries()) steps[i]!.span = [at, (at += part.length)];
    return { text: beside! };
  }
  if (beside === undefined) return { text };
  const unspelled = steps.every((step) => step.text === "");
  if (!unspelled && lost === 0 && text !== beside && text.trim() !== beside.trim())
    notes.push(
      "The tokens spell another text than the payload has beside them: special tokens, or a part that was left out.",
    );
  return { text: unspelled || text === "" ? beside : text };
}

function finish(
  placed: Placed[],
  draft: Draft,
  options: ReadLogprobsOptions,
  precision: Precision,
  notes: string[],
): LogprobStep[] {
  const steps = placed.filter(({ logprob }) => !Number.isNaN(logprob));
  const lost = draft.keyed ? lostEntries(steps) : undefined;
  const faults = { repeated: 0, leavesOut: 0, disagrees: 0 };
  const finished = steps.map((step, i) => {
    const { top: all, span, loose, ...token } = step;
    const top = draft.full ? all : withoutRepeats(all);
    const read = { ...token, top };
    faults.repeated += all.length - top.length;
    const wider = leavesOut(read, precision);
    if (wider) faults.leavesOut++;
    if (disagrees(read, precision)) faults.disagrees++;
    const coverage = coverageOf(read, i, draft, options, loose || wider || (lost?.has(i) ?? false));
    return { ...read, coverage, span };
  });
  say(faults, notes);
  return finished;
}

function say(faults: { repeated: number; leavesOut: number; disagrees: number }, notes: string[]): void {
  const { repeated, leavesOut: wider, disagrees: differ } = faults;
  if (repeated > 0)
    notes.push(
      `${counted(repeated, "entry of the lists was there twice: it counts", "entries of the lists were there twice: they count")} once.`,
    );
  if (wider > 0)
    notes.push(
      `${counted(wider, "list leaves out a token that is", "lists leave out a token that is")} more probable than its last: nothing is known of the others there.`,
    );
  if (differ > 0)
    notes.push(
      `${counted(differ, "chosen token has", "chosen tokens have")} another number beside its list than in it: of another stage, perhaps.`,
    );
}
