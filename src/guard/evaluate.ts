import { proportion, type Rate } from "../stats/proportion.js";
import { type Batch, hashBatch, LogitsError, type Replicates } from "../core/index.js";
import { separation } from "../stats/separation.js";
import { COMBINED, type Guard, type GuardRow } from "./method.js";
import { placer, rowsOfPlaced } from "./score.js";

/** Rows to be evaluated on. */
export interface GuardRowsGiven {
  batch: Batch;
  replicates?: Replicates;
}

export interface NamedAttack extends GuardRowsGiven {
  name: string;
}

export interface GuardEvaluationOptions {
  benign: GuardRowsGiven;
  attacks: readonly NamedAttack[];
  /** Classes that an attack wants to be taken for; default those that at least 5 % of the guard's benign rows were predicted as. */
  passes?: readonly string[];
}

type Rates = Record<"1" | "5", Rate>;

/** How a guard does against each attack by itself. There is no mean over attacks: it would be a number about which attacks were chosen. */
export interface GuardEvaluation {
  benign: { rows: number; fpr: Rates; detectors: Record<string, { fpr: Rates }> };
  attacks: {
    name: string;
    /** Successful ones, which alone are counted; where there are none, nothing is said of any detector. */
    rows: number;
    /** All rows of the file. */
    given: number;
    detectors: Record<string, { auroc: number; tpr: Rates }>;
  }[];
  /** Which rows of an attack are successful. */
  success: string;
  caveat: string;
  notes: string[];
}

/** What no evaluation may leave unsaid. */
export const guardCaveat =
  "Logits alone do not stop an adaptive attacker: one who goes on past the boundary, or copies the logits of benign rows, looks no more unusual here than a benign row does.";

const levels = { "1": 0.01, "5": 0.05 } as const;
/** Below this share of the benign rows a class is not what benign rows are predicted as. */
const commonly = 0.05;

/**
 * True-positive rates of a guard at 1 % and 5 %, for each attack and detector by itself, with Clopper–Pearson intervals, on attacks that succeeded; and the
 * false-positive rates measured on benign rows that it was not fitted on.
 *
 * An attack succeeded where its predicted class is one of `passes` and, in a file with labels, not its label.
 *
 * @throws "bad-argument" without attacks, for two of one name and for an unknown class; "bad-data" where no attack has a successful row and for benign rows
 * that are those of the fit; "mismatch".
 */
export function evaluateGuard(guard: Guard, { benign, attacks, passes }: GuardEvaluationOptions): GuardEvaluation {
  const refuse = (code: "bad-argument" | "bad-data", what: string): never => {
    throw new LogitsError(code, `Cannot evaluate a guard: ${what}`);
  };
  if (attacks.length === 0) refuse("bad-argument", "there must be at least one attack, got none");
  const names = attacks.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse("bad-argument", `attacks must have different names, got ${twice} twice`);
  if (benign.batch.rows === 0) refuse("bad-data", "there must be at least one benign row, got 0");
  if (hashBatch(benign.batch) === guard.fittedOn?.hash)
    refuse("bad-data", "the benign rows must be others than those it was fitted on, got the same");
  const passing = passingClasses(guard, passes);
  const placed = placer(guard);
  const seen = ({ batch, replicates }: GuardRowsGiven): Seen => suspicion(guard, placed(batch, replicates));
  const usual = seen(benign);
  const labelled = attacks.some(({ batch }) => batch.labels);
  const notes: string[] = [];
  const found = attacks.map((attack) => {
    const all = seen(attack);
    const { labels } = attack.batch;
    const success = all.rows.flatMap(({ predicted }, row) =>
      passing.includes(predicted) && (!labels || labels[row] !== predicted) ? [row] : [],
    );
    if (success.length === 0) notes.push(`${attack.name}: no row was successful, so there is nothing to be found.`);
    else if (success.length < 50)
      notes.push(`${attack.name}: only ${success.length} successful rows, so its intervals are wide.`);
    const detectors: GuardEvaluation["attacks"][number]["detectors"] = {};
    for (const [name, strange] of success.length === 0 ? [] : Object.entries(all.strange)) {
      const own = success.map((row) => strange[row]!);
      const ps = success.map((row) => all.p[name]![row]!);
      detectors[name] = { auroc: separation(own, usual.strange[name]!).value, tpr: ratesOf(ps) };
    }
    return { name: attack.name, rows: success.length, given: attack.batch.rows, detectors };
  });
  if (found.every(({ rows }) => rows === 0)) {
    const tried = found.reduce((sum, { given }) => sum + given, 0);
    refuse(
      "bad-data",
      `one attack must have a successful row, got none of ${tried} rows predicted as ${namesOf(guard, passing)}`,
    );
  }
  if (!names.some((name) => /adaptive|mimic/i.test(name)))
    notes.push(
      "None of these attacks is called adaptive: how the guard does against one that was made against it is not known.",
    );
  const fpr = Object.fromEntries(Object.entries(usual.p).map(([name, p]) => [name, { fpr: ratesOf(p) }]));
  return {
    benign: { rows: benign.batch.rows, fpr: fpr[COMBINED]!.fpr, detectors: fpr },
    attacks: found,
    success: `An attack counts where it succeeded: its predicted class is ${namesOf(guard, passing)}${labelled ? ", and not its label" : ""}.`,
    caveat: guardCaveat,
    notes,
  };
}

const namesOf = ({ classes }: Guard, some: readonly number[]): string =>
  some.length <= 4
    ? some.map((k) => classes[k]).join(" or ")
    : `one of the ${some.length} that benign rows are predicted as`;

function passingClasses({ classes, params: { predicted } }: Guard, passes: readonly string[] | undefined): number[] {
  if (!passes) {
    const rows = predicted.reduce((sum, n) => sum + n, 0);
    return predicted.flatMap((n, k) => (n >= commonly * rows ? [k] : []));
  }
  return passes.map((name) => {
    const k = classes.indexOf(name);
    if (k < 0)
      throw new LogitsError(
        "bad-argument",
        `Cannot evaluate a guard: passes must be some of ${classes.join(", ")}, got ${name}`,
      );
    return k;
  });
}

interface Seen {
  rows: GuardRow[];
  /** p-values by detector. */
  p: Record<string, number[]>;
  /** What the rows are ordered by, the higher the more unusual. */
  strange: Record<string, number[]>;
}

/** Every detector's p-values, with the combined one first and, after the margin, its lower side alone: "torn". */
function suspicion(guard: Guard, found: ReturnType<ReturnType<typeof placer>>): Seen {
  const rows = rowsOfPlaced(guard, found);
  const p: Seen["p"] = { [COMBINED]: rows.map((row) => row.p) };
  const strange: Seen["strange"] = { [COMBINED]: rows.map((row) => row.score) };
  found.ready.forEach(({ detector: { name } }, d) => {
    p[name] = rows.map((row) => row.detectors[name]!.p);
    strange[name] = p[name].map((value) => -value);
    if (name !== "margin") return;
    const lower = Array.from(found.place.below[d]!);
    p["marginOneSided"] = lower;
    strange["marginOneSided"] = lower.map((value) => -value);
  });
  return { rows, p, strange };
}

function ratesOf(p: readonly number[]): Rates {
  const rate = (level: number): Rate => proportion(p.filter((value) => value <= level).length, p.length);
  return { "1": rate(levels["1"]), "5": rate(levels["5"]) };
}
