import { checkParams, LogitsError, type Param } from "../../core/index.js";

export interface BeamOptions {
  /** How many texts are followed at once; range ≥ 1. */
  beams: number;
  /** Most tokens of a text; range ≥ 1. */
  maxTokens: number;
  /** In how many groups the beams are, each chosen after the other; must divide `beams`; default 1. */
  groups?: number;
  /** λ: how much a token loses for each beam of an earlier group that has just taken it; range ≥ 0, default and no-op 0. */
  diversity?: number;
  /** Whether what was lost stays in the score of a text (`kept`, transformers) or counts only while its next token is chosen (`once`). Default kept. */
  diversityLoss?: "kept" | "once";
  /** α in score = Σ ln p / length^α: above 0 favours long texts, below 0 short ones; default 1, no-op 0. */
  lengthPenalty?: number;
  /** When a group stops: see `beamSearch`. Default false. */
  earlyStopping?: boolean | "never";
  /** Tokens that end a text; default the model's. */
  eos?: readonly number[];
  /** Changes the log-probabilities after these ids in place, e.g. removes tokens by a mask; they are not normalised again. */
  change?(logprobs: Float64Array, ids: readonly number[]): void;
}

export type CheckedOptions = Required<Omit<BeamOptions, "change">> & Pick<BeamOptions, "change">;

const params: readonly Param[] = [
  { name: "beams", type: "integer", min: 1, help: "" },
  { name: "maxTokens", type: "integer", min: 1, help: "" },
  { name: "groups", type: "integer", min: 1, default: 1, help: "" },
  { name: "diversity", type: "number", min: 0, default: 0, help: "" },
  { name: "lengthPenalty", type: "number", default: 1, help: "" },
];

/** Defaults filled in, every number checked. */
export function checkedOptions(given: BeamOptions, modelEos: readonly number[]): CheckedOptions {
  const numbers = Object.fromEntries(
    params.flatMap(({ name }) => {
      const value = given[name as keyof BeamOptions];
      return value === undefined ? [] : [[name, value as number]];
    }),
  );
  const { beams, groups } = checkParams({ name: "beam search", params }, numbers) as { beams: number; groups: number };
  if (beams % groups !== 0)
    throw new LogitsError("bad-argument", `Cannot run beam search: groups must divide ${beams} beams, got ${groups}`);
  return {
    groups,
    diversity: 0,
    diversityLoss: "kept",
    lengthPenalty: 1,
    earlyStopping: false,
    eos: modelEos,
    ...given,
  };
}
