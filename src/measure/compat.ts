import type { Params } from "../core/index.js";

export type CompatName = "gpleiss" | "torchmetrics" | "netcal" | "sklearn" | "mapie" | "kull2019";

/** Another library's conventions, as parameters of ours. */
export interface Compat {
  library: string;
  /** Parameters of single metrics. */
  metrics: Record<string, Params>;
  /** Parameters of single calibrators. */
  calibrators: Record<string, Params>;
  /** What is different, in a sentence each. */
  why: Record<string, string>;
  /** What its own optimiser would have returned: said, never imitated. */
  optimiser?: string;
}

/** Conventions read in the source of each library; what an optimiser returns is not a convention and is not emulated. */
export const compats: Record<CompatName, Compat> = {
  gpleiss: {
    library: "gpleiss/temperature_scaling",
    metrics: { ece: { bins: 15, edges: "(lo, hi]" }, mce: { bins: 15, edges: "(lo, hi]" } },
    calibrators: {},
    why: { ece: "15 bins (lo, hi], as here" },
    optimiser:
      "Its temperature comes from L-BFGS with learning rate 0.01 and a fixed number of steps, which stops early: 2.22 where 2.395 is the optimum (ResNet-110 on CIFAR-10).",
  },
  torchmetrics: {
    library: "torchmetrics 1.9",
    metrics: { ece: { bins: 15, edges: "[lo, hi) + {1}" }, mce: { bins: 15, edges: "[lo, hi) + {1}" } },
    calibrators: {},
    why: { ece: "15 bins [lo, hi), and confidence 1.0 alone in a bin of its own", mce: "as its ece" },
  },
  netcal: {
    library: "netcal 1.3",
    metrics: { ece: { bins: 10, edges: "[lo, hi)" }, mce: { bins: 10, edges: "[lo, hi)" }, aceEqualMass: { bins: 10 } },
    calibrators: {},
    why: { ece: "10 bins [lo, hi), the last one closed", mce: "as its ece", aceEqualMass: "10 bins" },
  },
  sklearn: {
    library: "scikit-learn 1.9",
    metrics: { brier: { brierScale: "half" } },
    calibrators: { isotonic: { outOfBounds: "sklearn" } },
    why: {
      brier: "half of the sum over classes (brier_score_loss of two classes)",
      isotonic: "isotonic regression leaves NaN, taken as 0, beyond the range it was fitted on",
    },
  },
  mapie: {
    library: "MAPIE 1.x",
    metrics: { ece: { bins: 50, edges: "(lo, hi]" }, mce: { bins: 50, edges: "(lo, hi]" } },
    calibrators: {},
    why: { ece: "50 bins" },
  },
  kull2019: {
    library: "Kull et al. 2019 (experiments_dnn)",
    metrics: {
      ece: { bins: 15, edges: "digitize" },
      mce: { bins: 15, edges: "digitize" },
      classwiseEce: { bins: 15, edges: "digitize", classwiseScale: "sum" },
    },
    calibrators: {},
    why: {
      ece: "np.digitize over linspace(0, 1, 15): 14 bins, and probability 1 alone",
      classwiseEce: "the same 14 bins, and the sum over classes instead of their mean",
    },
  },
};

export const compatNames = Object.keys(compats) as CompatName[];
