/**
 * A probability in a sentence: three digits of it, or of what is missing to 1, and "100 %" or "0 %" of exactly 1 and 0 only.
 *
 * @param logOdds ln p/(1 − p), which knows what is missing where p rounds to 1.
 * @example
 *     percentOf(5.293)  // "99.5 %"
 */
export function percentOf(logOdds: number): string {
  if (logOdds === Infinity) return "100 %";
  if (logOdds === -Infinity) return "0 %";
  if (logOdds > 16.2) return "over 99.99999 %";
  if (logOdds < -16.2) return "under 0.00001 %";
  const p = 100 / (1 + Math.exp(-logOdds));
  if (logOdds < 4.595) return `${short(p)} %`;
  const missing = 100 / (1 + Math.exp(logOdds));
  return `${p.toFixed(2 - Math.floor(Math.log10(missing)))} %`;
}

/** Three digits of a percentage below 99. */
function short(p: number): string {
  if (p >= 1) return String(Math.round(p * 10) / 10);
  return p >= 0.0995 ? String(Math.round(p * 1000) / 1000) : String(Number(p.toPrecision(3)));
}

/** A distance, two decimals: "1 nat", "2.51 nats". */
export function natsOf(distance: number): string {
  if (!Number.isFinite(distance)) return "infinitely many nats";
  const shown = Math.round(Math.abs(distance) * 100) / 100;
  return shown === 1 ? "1 nat" : `${shown} nats`;
}

/** On which side of a limit a margin is, and how far from it: "below the threshold of 95 % by 2.51 nats". */
export function besideLimit(limit: string, margin: number): string {
  return `${margin >= 0 ? "at or above" : "below"} ${limit} by ${natsOf(margin)}`;
}

/** Names as in a sentence: "dos, probe or r2l". */
export function either(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
