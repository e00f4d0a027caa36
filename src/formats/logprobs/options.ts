import { checkParam, type Param } from "../../core/index.js";
import type { ReadLogprobsOptions } from "./shape.js";

const checked: Param[] = [
  { name: "stage", type: "choice", choices: ["raw", "processed", "unknown"], help: "" },
  { name: "temperature", type: "number", min: 0, exclusiveMin: true, help: "" },
  { name: "choice", type: "integer", min: 0, help: "" },
  { name: "vocabulary", type: "integer", min: 1, help: "" },
];

/** @throws "bad-argument" for a value out of its range. */
export function checkOptions(options: ReadLogprobsOptions): void {
  for (const param of checked) {
    const value = options[param.name as keyof ReadLogprobsOptions];
    if (value !== undefined) checkParam("readLogprobs", param, value);
  }
}
