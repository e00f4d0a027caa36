import { type Logits, LogitsError, uniform } from "../core/index.js";
import type { DrawKey } from "./chain.js";
import { checkRow } from "./define.js";
import { drawToken, tokenAt } from "./draw.js";
import { entropyOf, probabilitiesOf, winnerOf } from "./row.js";

/**
 * How a drafted token x is judged, where p is the model's distribution at its place and q the draft's:
 *
 *     exact     u ≤ p(x)/q(x); else the next token is drawn from norm(max(p − q, 0))       the tokens are distributed exactly as p
 *     same      x is what `drawToken` draws from p; else that is the next token            the very tokens that sampling without a draft gives (llama.cpp)
 *     typical   p(x) > min(ε, α·e^{−H(p)}); else the next token is the winner of p         not distributed as p (Medusa)
 */
export type VerifyRule = "exact" | "same" | "typical";

export interface VerifyOptions extends DrawKey {
  /** Ids that the draft proposes, in their order. */
  drafted: readonly number[];
  /** The row each was drawn from, as it was drawn from: after its chain. Not needed for `same` and `typical`. */
  draft?: readonly Logits[];
  /** The model's row at each place, after its chain, and one more for the token after the last. */
  target: readonly Logits[];
  /** Default exact. */
  rule?: VerifyRule;
  /** ε of `typical`; range [0, 1], default 0.09. */
  epsilon?: number;
  /** α of `typical`; range ≥ 0, default 0.3. */
  alpha?: number;
}

export interface Verified {
  /** The drafted tokens that stay, and one of the model's own. */
  tokens: number[];
  /** How many of the drafted stay. */
  accepted: number;
  /** Probability with which each drafted token, as far as they were looked at, was to stay; 0 or 1 but for `exact`. */
  chances: number[];
}

/**
 * Verifies drafted tokens against the model in one go, and adds one token: after a rejection the one in its place, after the last the one that follows.
 *
 * Chance is keyed by (seed, sequence, step + place), apart from that of draws: the draft may have used the same key.
 *
 * @throws LogitsError `bad-argument` where rows are missing or the draft could not have drawn a token, `mismatch` for rows of different lengths, `not-finite`
 *
 * Source: Leviathan, Kalman & Matias, ICML 2023; Chen et al., 2023, arXiv 2302.01318; Cai et al., ICML 2024, Medusa, §2.3.1.
 */
export function verifyDraft(options: VerifyOptions): Verified {
  const { drafted, target, rule = "exact" } = options;
  checkOptions(options, rule);
  const chances: number[] = [];
  for (const [place, token] of drafted.entries()) {
    const judged = judge[rule](token, place, options);
    chances.push(judged.chance);
    if (judged.next !== undefined)
      return { tokens: [...drafted.slice(0, place), judged.next], accepted: place, chances };
  }
  const last = Float64Array.from(target[drafted.length]!);
  const key = keyAt(options, drafted.length);
  const next = rule === "exact" ? tokenAt(last, dice(key, 1)) : drawToken(last, key);
  return { tokens: [...drafted, next], accepted: drafted.length, chances };
}

type Judge = (token: number, place: number, options: VerifyOptions) => { chance: number; next?: number };

/** `next` is there where the token does not stay. */
const judge: Record<VerifyRule, Judge> = {
  exact(token, place, options) {
    const p = probabilitiesOf(Float64Array.from(options.target[place]!));
    const q = probabilitiesOf(Float64Array.from(options.draft![place]!));
    if (!(q[token]! > 0))
      throw new LogitsError(
        "bad-argument",
        `Cannot verify: the draft must be able to draw token ${token} at place ${place}, got probability ${q[token]}`,
      );
    const chance = Math.min(1, p[token]! / q[token]!);
    const key = keyAt(options, place);
    if (dice(key, 0) < chance) return { chance };
    const residual = p.map((value, id) => Math.log(Math.max(value - q[id]!, 0)));
    // Rounding may leave nothing where p and q are equal; then p itself is what is left.
    const row = residual.some((score) => score > -Infinity) ? residual : p.map(Math.log);
    return { chance, next: tokenAt(row, dice(key, 1)) };
  },
  same(token, place, options) {
    const next = drawToken(Float64Array.from(options.target[place]!), keyAt(options, place));
    return next === token ? { chance: 1 } : { chance: 0, next };
  },
  typical(token, place, { target, epsilon = 0.09, alpha = 0.3 }) {
    const row = Float64Array.from(target[place]!);
    const p = probabilitiesOf(row);
    const stays = p[token]! > Math.min(epsilon, alpha * Math.exp(-entropyOf(p)));
    return stays ? { chance: 1 } : { chance: 0, next: winnerOf(row) };
  },
};

const keyAt = ({ seed, sequence = 0, step = 0 }: DrawKey, place: number): Required<DrawKey> => ({
  seed,
  sequence,
  step: step + place,
});

/** Number 0 decides whether a token stays, number 1 draws another. */
const dice = ({ seed, sequence, step }: Required<DrawKey>, number: 0 | 1): number =>
  uniform(seed, "verify", step, sequence * 2 + number);

function checkOptions({ drafted, draft, target }: VerifyOptions, rule: VerifyRule): void {
  const refuse = (what: string, got: unknown): never => {
    throw new LogitsError("bad-argument", `Cannot verify: ${what}, got ${String(got)}`);
  };
  if (target.length !== drafted.length + 1)
    refuse(`there must be ${drafted.length + 1} rows of the model for ${drafted.length} drafted tokens`, target.length);
  if (rule === "exact" && draft?.length !== drafted.length)
    refuse(`there must be ${drafted.length} rows of the draft`, draft?.length ?? "none");
  const rows = rule === "exact" ? [...target, ...draft!] : target;
  const tokens = target[0]!.length;
  for (const row of rows) {
    checkRow(row);
    if (row.length !== tokens)
      throw new LogitsError("mismatch", `Cannot verify: every row must have ${tokens} scores, got ${row.length}`);
  }
  for (const id of drafted)
    if (!(Number.isInteger(id) && id >= 0 && id < tokens)) refuse(`an id must be in [0, ${tokens - 1}]`, id);
}
