import type { DrawRow } from "../../core/index.js";
import type { StepContext } from "../stepper.js";
import { Few } from "./few.js";
import { Penalties } from "./penalties.js";
import type { Program } from "./program.js";

const nothing: readonly number[] = [];

/** So many more than k are asked for at first, for some may be penalized. */
const spare = 8;

/** Finds the k best tokens of a row after penalties that only lower. */
export class Best {
  readonly few: Few;
  readonly #penalties: Penalties;
  readonly #program: Program;
  readonly #row: DrawRow;
  readonly #tokens: number;

  constructor(program: Program, k: number, row: DrawRow, tokens: number) {
    this.few = new Few(Math.min(k, tokens));
    this.#penalties = new Penalties(tokens, program.penalties);
    this.#program = program;
    this.#row = row;
    this.#tokens = tokens;
  }

  /** False where no token is left, or a score is wrong: which one is said where all are looked at. */
  find(context: StepContext | undefined): boolean {
    const { scale, penalties } = this.#program;
    const [row, few, tokens] = [this.#row, this.few, this.#tokens];
    if (Number.isNaN(row.peak())) return false;
    if (penalties.length === 0) few.take(row, row.findBest(few.room), scale);
    else {
      this.#penalties.count(context?.history ?? nothing, context?.promptLength ?? 0);
      // A token that is not among the best is penalized in vain; but as many as are wanted must be left without one.
      let wanted = Math.min(few.room + spare, tokens);
      while (few.takePenalized(row, row.findBest(wanted), scale, this.#penalties) < few.room && wanted < tokens)
        wanted = Math.min(4 * wanted, tokens);
    }
    return few.count > 0;
  }
}
