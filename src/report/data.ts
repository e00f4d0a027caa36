import type { Measured } from "../core/index.js";
import type { Curves } from "./curves.js";

/** One state of the probabilities: as given, or calibrated. */
export interface ReportState {
  title: string;
  metrics: Record<string, Measured>;
  curves: Curves;
}

/** Everything a report shows. Drawing adds nothing to it. */
export interface ReportData {
  title: string;
  /** One sentence that tells the story. */
  summary: string;
  facts: [name: string, value: string][];
  /** As given, then calibrated when there is a calibrator. */
  states: ReportState[];
  /** The most frequent confusions: label, prediction, rows. */
  confusions: { label: string; predicted: string; rows: number; share: number }[];
  /** The whole matrix, for up to 30 classes. */
  confusion?: { classes: string[]; counts: number[][] };
  triage: {
    verdict: string;
    count: number;
    items: { id: string; label?: string; predicted: string; p: string; text: string }[];
  }[];
  notes: string[];
}
