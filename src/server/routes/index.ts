import type { Route } from "../route.js";
import { decide } from "./decide.js";
import { decisions } from "./decisions.js";
import { explain } from "./explain.js";
import { guard } from "./guard.js";
import { healthz, readyz } from "./health.js";
import { labels } from "./labels.js";
import { metrics } from "./metrics.js";
import { changePolicy, policy } from "./policy.js";
import { probabilities } from "./probabilities.js";

/** Every address of the service. One line an address. */
export const routes: readonly Route[] = [
  decide,
  probabilities,
  explain,
  guard,
  labels,
  decisions,
  policy,
  changePolicy,
  healthz,
  readyz,
  metrics,
];
