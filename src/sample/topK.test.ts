import { topK } from "logits/sample";
import { describe } from "vitest";
import { probabilityTable, refusals } from "../../test/support/samplerRows.js";

describe("topK", () => {
  probabilityTable(topK, [
    ["1 keeps the most probable", [0.1, 0.2, 0.3, 0.4], { topK: 1 }, [0, 0, 0, 1]],
    ["3 keeps three", [0.1, 0.2, 0.3, 0.4], { topK: 3 }, [0, 0.2 / 0.9, 0.3 / 0.9, 0.4 / 0.9]],
    ["of the number of tokens keeps all", [0.1, 0.2, 0.3, 0.4], { topK: 4 }, [0.1, 0.2, 0.3, 0.4]],
    ["of more than there are keeps all", [0.1, 0.2, 0.3, 0.4], { topK: 50 }, [0.1, 0.2, 0.3, 0.4]],
    ["0 changes nothing", [0.1, 0.2, 0.3, 0.4], { topK: 0 }, [0.1, 0.2, 0.3, 0.4]],
    ["-1 changes nothing", [0.1, 0.2, 0.3, 0.4], { topK: -1 }, [0.1, 0.2, 0.3, 0.4]],
    [
      "keeps exactly k: the lowest ids of equals",
      [0.2, 0.3, 0.2, 0.3],
      { topK: 3 },
      [0.2 / 0.8, 0.3 / 0.8, 0, 0.3 / 0.8],
    ],
    [
      "with ties keep keeps all that tie with the k-th",
      [0.2, 0.3, 0.2, 0.3],
      { topK: 3, ties: "keep" },
      [0.2, 0.3, 0.2, 0.3],
    ],
    ["with ties keep cuts below the k-th", [0.3, 0.3, 0.25, 0.15], { topK: 1, ties: "keep" }, [0.5, 0.5, 0, 0]],
    ["of a uniform row keeps the first ids", [0.25, 0.25, 0.25, 0.25], { topK: 2 }, [0.5, 0.5, 0, 0]],
    ["counts tokens that are left", [0, 0.5, 0.3, 0.2], { topK: 2 }, [0, 0.5 / 0.8, 0.3 / 0.8, 0]],
    ["leaves the only token", [1], { topK: 1 }, [1]],
  ]);

  refusals(topK, [
    [{ topK: -2 }, "Cannot run topK: topK must be an integer ≥ -1, got -2"],
    [{ topK: 2.5 }, "Cannot run topK: topK must be an integer ≥ -1, got 2.5"],
    [{ ties: "all" }, "Cannot run topK: ties must be one of exact, keep, got all"],
    [{ k: 3 }, "Cannot run topK: its parameters are topK, ties, got k"],
  ]);
});
