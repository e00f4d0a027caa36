import type { Param } from "../core/index.js";

// Rules in which engines differ, stated once for every filter that has them.

export const tiesParam: Param = {
  name: "ties",
  type: "choice",
  choices: ["exact", "keep"],
  default: "exact",
  help: "Which of the tokens that tie with the last stay: the lowest ids, or all",
};

export const minKeepParam: Param = {
  name: "minKeep",
  type: "integer",
  min: 1,
  default: 1,
  help: "Tokens that stay in any case",
};
