/** Groups of equal unseen tokens: how many, and the ratio of each. Counts need not be whole where a bound lets them be real. */
export type Groups = [count: number, each: number][];

/**
 * The most concentrated way in which unseen tokens of at most `cap` hold `mass`: ⌊mass/cap⌋ at the cap and one with what is left. It majorises every
 * other, so a Schur-convex sum is largest here and a Schur-concave one smallest (Marshall, Olkin & Arnold, Inequalities, §5).
 */
export function concentrated(mass: number, cap: number): Groups {
  if (!(mass > 0)) return [];
  // A quotient that is a whole number but for rounding is that number.
  const count = Math.floor((mass / cap) * (1 + 1e-12));
  const rest = mass - count * cap;
  return rest > 0
    ? [
        [count, cap],
        [1, rest],
      ]
    : [[count, cap]];
}

/** The most even way: mass/others each. Every other majorises it. None (a dust without any token) where there may be any number of others. */
export function uniform(mass: number, others: number): Groups {
  return mass > 0 && others < Infinity ? [[others, mass / others]] : [];
}

/**
 * Least and largest Σ q^s over unseen tokens 0 ≤ q ≤ cap, Σ q = mass, at most `others` of them. q^s is convex for s ≥ 1 and concave for s ≤ 1, so the
 * two ends are the concentrated and the uniform one: ⌊mass/cap⌋·cap^s + rest^s and others^(1−s)·mass^s, which for any number of others is 0 or ∞.
 */
export function powerSum(mass: number, cap: number, others: number, s: number): [min: number, max: number] {
  if (!(mass > 0)) return [0, 0];
  if (s === 1) return [mass, mass];
  const together = sum(concentrated(mass, cap), s);
  const even = others === Infinity ? (s > 1 ? 0 : Infinity) : sum(uniform(mass, others), s);
  // The two agree, and may cross by rounding, where the others are all at the cap.
  return s > 1 ? [Math.min(even, together), together] : [Math.min(together, even), Math.max(together, even)];
}

function sum(groups: Groups, s: number): number {
  return groups.reduce((total, [count, each]) => total + (each > 0 ? count * each ** s : 0), 0);
}
