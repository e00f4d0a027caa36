/** How [0, 1] is cut into bins. All of these occur in libraries that people compare with. */
export type BinEdges =
  | "(lo, hi]" // the first is [0, 1/B]
  | "[lo, hi)" // the last is [1 − 1/B, 1]
  | "[lo, hi) + {1}" // confidence 1 alone in a bin of its own
  | "digitize"; // np.digitize(p, np.linspace(0, 1, B)): B − 1 bins and {1}

/** Number of bins that an edge rule makes of `bins`. */
export function binCount(bins: number, edges: BinEdges): number {
  return edges === "[lo, hi) + {1}" ? bins + 1 : bins;
}

/** The bin of probability `p`, 0 … binCount − 1. */
export function binOf(p: number, bins: number, edges: BinEdges): number {
  switch (edges) {
    case "(lo, hi]":
      return leftOpen(p, bins);
    case "[lo, hi)":
      return Math.min(leftClosed(p, bins), bins - 1);
    case "[lo, hi) + {1}":
      return leftClosed(p, bins);
    case "digitize":
      return bins === 1 ? 0 : leftClosed(p, bins - 1);
  }
}

let edgesOf = { bins: 0, at: new Float64Array(0) };

/** The edges 0, 1/B, 2/B … 1. */
function edgeTable(bins: number): Float64Array {
  if (edgesOf.bins !== bins) edgesOf = { bins, at: new Float64Array(bins + 1).map((_, i) => i / bins) };
  return edgesOf.at;
}

// The edge i/B itself decides, not the product p·B, which may round across it.
function leftOpen(p: number, bins: number): number {
  const edge = edgeTable(bins);
  let bin = Math.min(bins - 1, Math.max(0, Math.ceil(p * bins) - 1));
  while (bin > 0 && p <= edge[bin]!) bin--;
  while (bin < bins - 1 && p > edge[bin + 1]!) bin++;
  return bin;
}

function leftClosed(p: number, bins: number): number {
  const edge = edgeTable(bins);
  let bin = Math.min(bins, Math.floor(p * bins));
  while (bin > 0 && p < edge[bin]!) bin--;
  while (bin < bins && p >= edge[bin + 1]!) bin++;
  return bin;
}
