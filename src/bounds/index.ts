/** What a truncated list of log-probabilities still says: intervals that hold whatever the unseen tokens are. */
export { entropyBounds, perplexityBounds } from "./entropy.js";
export { minPCountBounds, topKMassBounds, topPSizeBounds } from "./keptSets.js";
export { massBounds, probabilityBounds, unlistedProbabilityBounds } from "./probability.js";
export { type BoundsOptions, type Interval, type Truncated, truncatedOf } from "./truncated.js";
