import { LogitsError } from "../../core/index.js";
import { toLogits } from "../../core/index.js";
import { explain as explainRow, type ExplainOptions } from "../../plan/explain.js";
import { json, type Route } from "../route.js";
import { rowsAsked } from "../rowsAsked.js";
import { oneRow, rowsQuery } from "../schemas.js";

export const explain: Route = {
  method: "POST",
  url: "/v1/explain",
  summary: "One row: logits → calibration → softmax → verdict, with a sentence.",
  scope: "decide",
  body: oneRow,
  query: rowsQuery,
  answer: { type: "object", properties: { predicted: {}, p: { type: "number" }, text: { type: "string" } } },
  handle(service, asked) {
    const { batch, policy: name } = rowsAsked(service, asked);
    if (batch.rows !== 1)
      throw new LogitsError("bad-argument", `Cannot explain: there must be one row, got ${batch.rows}`);
    const { policy, version } = service.policies.find(service.policies.current, name);
    const { label } = asked.body as { label?: string };
    const options: ExplainOptions = { classes: policy.classes };
    if (policy.calibrator) options.calibrator = policy.calibrator;
    if (label !== undefined) options.label = label;
    return { body: json({ ...explainRow(toLogits(batch).values, options), policy: version }) };
  },
};
