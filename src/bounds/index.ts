/**
 * What a truncated list of log-probabilities still says: intervals that hold whatever the unseen tokens are; and what the tokens of a text say of it as a
 * whole, of each field of its JSON, and of labels.
 */
export { entropyBounds, perplexityBounds } from "./entropy.js";
export { type FieldConfidence, fieldConfidence } from "./fieldConfidence.js";
export { minPCountBounds, topKMassBounds, topPSizeBounds } from "./keptSets.js";
export { withoutPrior } from "./labelPrior.js";
export { type Label, type LabelScore, type LabelScores, scoreLabels } from "./labelScores.js";
export { type LabelSourceOptions, labelSource } from "./labelSource.js";
export { type NextScores, scoreEnding, scoreTokenLabels, type TokenLabelOptions } from "./labelTokens.js";
export { massBounds, probabilityBounds, unlistedProbabilityBounds } from "./probability.js";
export {
  type SequenceOptions,
  type SequencePerplexity,
  sequencePerplexity,
  type Surprisal,
  surprisals,
} from "./surprisal.js";
export {
  type BoundsOptions,
  type Interval,
  type Range,
  temperatureFrom,
  type Truncated,
  truncatedOf,
} from "./truncated.js";
