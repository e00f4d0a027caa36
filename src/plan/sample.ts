import { flagName, type Logits, type SampleContext } from "../core/index.js";
import { entropy } from "../core/math/index.js";
import {
  type ChainStep,
  diceOf,
  type DrawKey,
  runChain,
  sample,
  type SampleOptions,
  samplers,
  type Settings,
  settingsChain,
  type Step,
  type TraceStep,
} from "../sample/index.js";

export interface SampleRowOptions extends DrawKey {
  chain: readonly Step[];
  context?: SampleOptions["context"];
  top?: number;
  trace?: boolean;
  textOf?: (id: number) => string | undefined;
  /** Also why this token was not kept. */
  why?: number;
}

export interface ListedToken {
  id: number;
  text?: string;
  p: number;
}

/** What `logits sample` prints as JSON. With `chain`, `seed`, `sequence`, `step` and the row it can be made again. */
export interface SampleDocument {
  token: number;
  text?: string;
  logprob: number;
  seed: number;
  sequence: number;
  step: number;
  kept: number;
  top: ListedToken[];
  chain: ChainStep[];
  trace?: TraceStep[];
  why?: { id: number; kept: boolean; sampler?: string; text: string };
}

/** Draws one token and says what it was drawn from. */
export function sampleRow(logits: Logits, options: SampleRowOptions): SampleDocument {
  const { textOf, why, chain, sequence = 0, step = 0 } = options;
  const named = (id: number): { id: number; text?: string } => {
    const text = textOf?.(id);
    return text === undefined ? { id } : { id, text };
  };
  const drawn = sample(logits, { ...options, trace: options.trace === true || why !== undefined });
  const { id: token, ...text } = named(drawn.token);
  return {
    token,
    ...text,
    logprob: drawn.logprob,
    seed: drawn.seed,
    sequence,
    step,
    kept: drawn.kept,
    top: drawn.top.map(({ id, p }) => ({ ...named(id), p })),
    chain: chain.map(({ sampler, params }) => ({ sampler: sampler.name, params })),
    ...(options.trace && { trace: drawn.trace!.steps }),
    ...(why !== undefined && { why: whySentence(why, drawn, chain, named(why).text) }),
  };
}

function whySentence(
  id: number,
  drawn: ReturnType<typeof sample>,
  chain: readonly Step[],
  text: string | undefined,
): NonNullable<SampleDocument["why"]> {
  const lost = drawn.trace!.whyNot(id);
  const name = text === undefined ? `Token ${id}` : `Token ${id} (${JSON.stringify(text)})`;
  if (!lost) return { id, kept: true, text: `${name} is kept: it can be drawn.` };
  const { sampler, p, reason } = lost;
  const share = `${(100 * p).toPrecision(3)} %`;
  if (sampler === "the scores")
    return { id, kept: false, text: `${name} was removed before the first sampler: its score is -Infinity.` };
  return {
    id,
    kept: false,
    sampler,
    text: `${name} ${bans(sampler, chain) ? `was banned by ${wordsOf(sampler)}` : `fell at ${sampler}`}${reason ? `: ${reason.text}` : ""}; it had ${share} until then.`,
  };
}

/** Filters rank tokens; bans, and masks, name them. */
function bans(name: string, chain: readonly Step[]): boolean {
  return name === "mask" || chain.some(({ sampler }) => sampler.name === name && sampler.role === "penalty");
}

/** "badWords" as "bad words". */
const wordsOf = (name: string): string => flagName(name).replaceAll("-", " ");

/** The chain that settings alone make, in the order of `samplers`. */
export function chainOfSettings(settings: Settings): Step[] {
  return settingsChain(samplers, settings);
}

export interface SweepRow {
  value: number;
  kept: number;
  /** In nats, of the distribution that is drawn from. */
  entropy: number;
  top: ListedToken[];
}

/** The same row with one setting at several values: what is kept, how open it is, what comes first. */
export function sweepRow(
  logits: Logits,
  name: string,
  values: readonly number[],
  chainWith: (setting: Settings) => readonly Step[],
  options: Omit<SampleRowOptions, "chain">,
): SweepRow[] {
  return values.map((value) => {
    const chain = chainWith({ [name]: value });
    const { kept, top } = sampleRow(logits, { ...options, chain });
    const context: Partial<SampleContext> = { ...options.context, dice: diceOf(options) };
    return { value, kept, entropy: entropy(runChain(logits, chain, context)), top };
  });
}
