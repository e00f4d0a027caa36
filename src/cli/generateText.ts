import type { GenerateDocument } from "../plan/generate.js";
import { waterfall } from "./sampleText.js";

/** The text, then step by step what was drawn and from what. */
export function generatedText({ text, tokens, model, seed, stopped }: GenerateDocument, vocabulary: number): string {
  const steps = tokens.flatMap(({ id, text: added, logprob, kept, trace }, step) => [
    "",
    `step ${step}: ${id} ${JSON.stringify(added)}, ${(100 * Math.exp(logprob)).toPrecision(3)} % of ${kept.toLocaleString("en")} kept`,
    ...(trace ? waterfall(trace, vocabulary).map((line) => `  ${line}`) : []),
  ]);
  return `${[text, "", `${tokens.length} tokens of ${model}, seed ${seed}; ended by ${stopped}`, ...steps].join("\n")}\n`;
}

/** One text a value, with how varied it is. */
export function sweptText(
  setting: string,
  rows: readonly (Pick<GenerateDocument, "text" | "distinct"> & { value: number })[],
): string {
  return rows
    .map(
      ({ value, text, distinct }) =>
        `${setting} ${value}: distinct sequences of 1, 2, 3 tokens ${distinct.map((share) => `${(100 * share).toFixed(0)} %`).join(", ")}\n${text}\n`,
    )
    .join("\n");
}
