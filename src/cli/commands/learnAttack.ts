import { type Batch, type Params, predictions } from "../../core/index.js";
import { mean, some } from "../../learn/assess.js";
import { assess, type Assessments, type AssessOptions, type AttackMethod, attackMethods } from "../../learn/index.js";
import { ece } from "../../measure/index.js";
import { attackText, caveats } from "../attackText.js";
import { DONE, type Invocation, type Terminal, UsageError } from "../command.js";
import { counted } from "../counted.js";
import { fraction } from "../fraction.js";
import { wrap } from "../help.js";
import { toJson } from "../json.js";
import { dataFor, networkNamed } from "../networkNamed.js";
import { checkPlace, pathOf, writeAttacked } from "../writeAttacked.js";

export async function run(invocation: Invocation, terminal: Terminal): Promise<number> {
  const started = performance.now();
  const { args, flags } = invocation;
  const output = flags["output"] as string | undefined;
  if (output !== undefined && !/\.npz$/i.test(output))
    throw new UsageError(`--output must end with .npz, which keeps arrays of any shape, got ${output}`);
  if (flags["data"] === undefined) throw new UsageError("logits learn attack needs --data NAME, FILE or DIR");
  const wish = wishOf(invocation);
  if (output !== undefined) await checkPlace(output);
  const named = await networkNamed(args[0]!);
  const {
    data: { train, test },
    notes,
  } = await dataFor(named, invocation, terminal);
  const found = await assess(
    named.net,
    some(test, Number(flags["rows"] ?? 500), wish.seed),
    some(train, Number(flags["knownRows"] ?? 500), wish.seed),
    { ...wish, onStep: stepsShown(terminal) },
  );
  const files: string[] = [];
  let unwritten: unknown;
  for (const attack of found.attacks) {
    const { method } = attack.assessment;
    if (output === undefined || !wish.methods.includes(method)) continue;
    const path = pathOf(output, method, wish.methods.length > 1);
    try {
      await writeAttacked(path, attack, found.cleanReplicates, named.net.classes);
      files.push(path);
    } catch (error) {
      // The numbers are there: they are said before what went wrong.
      unwritten = error;
      break;
    }
  }
  const about = { model: named.path, data: String(flags["data"]), files, notes };
  terminal.out(
    flags["json"]
      ? `${toJson({ ...documentOf(about, wish, found), seconds: (performance.now() - started) / 1000 })}\n`
      : textOf(about, invocation, wish, found, Math.min(terminal.columns, 100)),
  );
  if (unwritten !== undefined) throw unwritten;
  return DONE;
}

type Wish = AssessOptions & Required<Pick<AssessOptions, "eps" | "sigma" | "seed" | "replicates">>;

function wishOf({ flags }: Invocation): Wish {
  const method = (flags["method"] ?? "pgd") as AttackMethod | "all";
  return {
    methods: method === "all" ? attackMethods : [method],
    eps: fraction("--eps", flags["eps"]) ?? 8 / 255,
    sigma: fraction("--sigma", flags["sigma"]) ?? 12 / 255,
    seed: Number(flags["seed"] ?? 0),
    replicates: Number(flags["replicates"] ?? 32),
    ...(flags["steps"] !== undefined && { steps: Number(flags["steps"]) }),
    ...(flags["adaptiveRows"] !== undefined && { adaptiveRows: Number(flags["adaptiveRows"]) }),
  };
}

interface About {
  model: string;
  data: string;
  files: readonly string[];
  notes: readonly string[];
}

function documentOf(
  about: About,
  { eps, sigma, seed, replicates }: Wish,
  { attacks, missing, clean }: Assessments,
): object {
  return {
    ...about,
    rows: clean.rows,
    eps,
    seed,
    sigma,
    replicates,
    accuracy: mean(predictions(clean).correct!),
    ece: eceOf(clean),
    attacks: attacks.map(({ assessment, attacked }) => ({ ...assessment, ece: eceOf(attacked.attacked) })),
    missing,
    caveats: [caveats.below, adaptiveCaveat(attacks)],
  };
}

function textOf(
  { data, files }: About,
  { flags }: Invocation,
  { replicates }: Wish,
  { attacks, missing, clean }: Assessments,
  width: number,
): string {
  const few = attacks.some(({ assessment: { successes } }) => successes > 0 && successes < 50);
  const paragraph = (...texts: string[]): string => texts.flatMap((text) => wrap(text, width)).join("\n");
  return `${[
    paragraph(
      `${counted(clean.rows, "test example")} of ${data}, each value moved by at most ${flags["eps"] ?? "8/255"}.`,
      `Evidence: how well a score tells fooled rows from benign ones, one-sided (0.5 is chance). Noise: ${counted(replicates, "draw")} of ${flags["sigma"] ?? "12/255"}.`,
    ),
    ...attacks.map(({ assessment }) => attackText(assessment)),
    ...missing.map(({ method, why }) => paragraph(`${method} is missing. ${why}`)),
    paragraph(...(few ? [caveats.few] : []), caveats.below, adaptiveCaveat(attacks)),
    ...(files.length > 0 ? [files.map((file) => `Wrote ${file}`).join("\n")] : []),
  ].join("\n\n")}\n`;
}

const adaptiveCaveat = (attacks: Assessments["attacks"]): string =>
  attacks.some(({ assessment: { adaptive } }) => adaptive) ? caveats.adaptive : caveats.notShown;

function eceOf(batch: Batch): number {
  const params = Object.fromEntries(ece.params.map(({ name, default: value }) => [name, value])) as Params;
  const state = ece.init(params, { classes: batch.classes });
  ece.add(state, predictions(batch));
  return ece.value(state) as number;
}

function stepsShown(terminal: Terminal): NonNullable<AssessOptions["onStep"]> {
  return (method, step, of) => {
    if (terminal.errIsTty) terminal.err(step < of ? `\r${method}: step ${step} of ${of} ` : "\r\x1b[K");
  };
}
