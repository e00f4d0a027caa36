import { checkParams, type Logits, LogitsError, type Params, type SampleContext, type Sampler } from "../core/index.js";

type Spec = Omit<Sampler, "family" | "apply" | "isOff"> & { isOff?: Sampler["isOff"] };

/** A sampler from its descriptor and what it does to a row that is its own. */
export function defineSampler(spec: Spec): Sampler {
  const sampler: Sampler = {
    family: "sampler",
    isOff: (params) => {
      const switches = spec.params.filter(({ noop }) => noop !== undefined);
      return switches.length > 0 && switches.every(({ name, noop }) => params[name] === noop);
    },
    ...spec,
    apply(logits, given = {}, context = {}, out = new Float64Array(logits.length)) {
      const params = checkParams(sampler, given);
      checkRow(logits);
      if (out.length !== logits.length)
        throw new LogitsError(
          "bad-argument",
          `Cannot run ${sampler.name}: out must have as many scores as the row, ${logits.length}, got ${out.length}`,
        );
      if (out !== logits) out.set(logits);
      if (sampler.isOff(params)) return out;
      sampler.change(out, params, contextOf(context), 0);
      checkChanged(out, sampler.name);
      return out;
    },
  };
  return sampler;
}

/** Defaults for what a caller did not say. */
export function contextOf(given: Partial<SampleContext> = {}): SampleContext {
  return {
    history: [],
    promptLength: given.history?.length ?? 0,
    state: {},
    dice: () => {
      throw new LogitsError(
        "bad-argument",
        "Cannot run this sampler: it needs chance, so its context must have dice, got none",
      );
    },
    ...given,
  };
}

/** Every score must be finite or −Infinity, and one at least finite. */
export function checkRow(logits: Logits): void {
  let peak = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const score = logits[id]!;
    if (score <= peak) continue;
    if (!(score < Infinity))
      throw new LogitsError(
        "not-finite",
        `Cannot sample: the score of token ${id} must be finite or -Infinity, got ${score}`,
        { column: id },
      );
    peak = score;
  }
  if (peak === -Infinity)
    throw new LogitsError("not-finite", "Cannot sample: at least one token must not be removed, got only -Infinity");
}

/** What a sampler has left must be a row again. */
export function checkChanged(row: Float64Array, sampler: string): void {
  let kept = false;
  for (let id = 0; id < row.length; id++) {
    const score = row[id]!;
    if (score < Infinity) kept ||= score > -Infinity;
    else
      throw new LogitsError(
        "not-finite",
        `Cannot sample: ${sampler} must give scores below +Infinity, got ${score} for token ${id}`,
        { column: id },
      );
  }
  if (!kept)
    throw new LogitsError("not-finite", `Cannot sample: ${sampler} must leave a token, got none left of ${row.length}`);
}

/** A parameter that is a number. */
export const numberOf = (params: Params, name: string): number => params[name] as number;
