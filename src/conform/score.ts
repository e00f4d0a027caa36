import type { Descriptor, Places } from "../core/index.js";
import type { RankedRow } from "./rankedRow.js";

/**
 * A conformal score: how badly a class fits a row, by the row's scores alone. A set holds the classes whose score is at most a threshold.
 *
 * One class is judged at its place in the ranked row, so that the score of a label and the scores of all classes are the same arithmetic. Equal scores of
 * a row are one place: tied classes fit equally well.
 */
export interface ConformalScore extends Descriptor {
  family: "conformal";
  /** Whether it reads the row's uniform number. */
  randomised: boolean;
  /** Whether sets grow where the model is torn: temperature then changes their size. */
  adaptive: boolean;
  /**
   * The score in the unit of its paper: the larger, the worse the class fits.
   *
   * @param first,last places of the class and those that tie with it: `first` … `last − 1`, smallest score first
   * @param u the row's uniform number in [0, 1); 1 without randomisation
   */
  score(row: RankedRow, place: Place, u: number, params: ScoreParams): number;
  /**
   * Tells scores apart that round to the same number, as 1 − 10⁻²⁰ and 1: rises with the exact score, on a logarithmic scale. Scores are ordered by `score`,
   * then by this, then are tied.
   */
  fine?(row: RankedRow, place: Place, u: number, params: ScoreParams): number;
  /**
   * The same score to within 1e-5, of the first `count` places, from probabilities of f32: which of them are nowhere near the threshold. NaN where they are NaN.
   *
   * @param u one a place
   */
  quick?(places: Places, u: Float64Array, count: number, params: ScoreParams, out: Float64Array): void;
}

/** Where in a ranked row a class stands, with those that tie with it: from `first` up to but not including `last`. */
export interface Place {
  first: number;
  last: number;
}

export interface ScoreParams {
  lambda: number;
  kReg: number;
}

/** 1 for the largest; tied classes share the best rank of them. */
export const rankAt = (row: RankedRow, { last }: Place): number => row.classes - last + 1;
