import type { Flag } from "./command.js";
import { calibratorFlag, inputFlags, jsonFlag, outputFlag, seedFlag } from "./flags.js";

const share = (name: string, help: string): Flag => ({
  name,
  type: "number",
  min: 0,
  max: 1,
  exclusiveMin: true,
  exclusiveMax: true,
  metavar: "P",
  help,
  group: "What is wanted (one of these; --min-recall also beside --max-fpr or --min-precision)",
});

const goal = (flag: Flag): Flag => ({ ...flag, group: share("", "").group! });

const policyNames: Flag[] = [
  {
    name: "actions",
    type: "string",
    metavar: "A,B[,C]",
    help: "Names of the actions, from the surest positive down (default alert,pass; with a band alert,ask,pass; with --max-risk accept,ask)",
  },
  {
    name: "never",
    type: "string",
    metavar: "A[:CLASSES]=B",
    help: "A rule: never A (for these classes) but B, as block:admin=ask; several with ;",
  },
  { name: "name", type: "string", metavar: "NAME", help: "What the policy is called" },
  {
    name: "whenRevoked",
    type: "string",
    metavar: "B|A=B[,…]",
    help: "Once the contract is revoked: B for every row, the passing ones too; or B in the place of A, as block=ask (default: as before, but decisions say so)",
  },
];

export const thresholdFlags: Flag[] = [
  ...inputFlags,
  {
    name: "positive",
    type: "string",
    metavar: "CLASSES",
    help: "Which classes count: names or indices, or not: and those that do not (not:normal)",
  },
  share("at", "The plain rule: what does this threshold on P(positive) do?"),
  share("maxFpr", "At most this share of the negatives are alerts"),
  share("minPrecision", "At least this share of the alerts are positive"),
  share("minRecall", "At least this share of the positives are alerts (with a band: do not pass)"),
  share(
    "maxRisk",
    "At most this share of the accepted winners are wrong, whatever the class; the others are asked about",
  ),
  goal({
    name: "cost",
    type: "string",
    metavar: "fp=A,fn=B[,ask=C]|FILE",
    help: "The least cost: of a false alert, of a miss, and of asking a person; or a JSON file with a cost for each action and class",
  }),
  goal({
    name: "beta",
    type: "number",
    min: 0,
    exclusiveMin: true,
    metavar: "B",
    help: "The largest F-beta: recall counts B times as much as precision",
  }),
  goal({
    name: "budget",
    type: "number",
    min: 0,
    exclusiveMin: true,
    metavar: "N",
    help: "At most N alerts on average in as many rows as --volume says",
  }),
  goal({ name: "check", type: "string", metavar: "P.json", help: "Does this policy still keep its promise on FILE?" }),
  {
    name: "volume",
    type: "number",
    min: 0,
    exclusiveMin: true,
    metavar: "ROWS",
    help: "Rows in the time that --budget is for, as a day's (default: those of FILE)",
  },
  {
    name: "confidence",
    type: "number",
    min: 0,
    max: 1,
    exclusiveMin: true,
    exclusiveMax: true,
    default: 0.95,
    metavar: "P",
    help: "Of the promise, over draws of the rows, and of every interval (default 0.95)",
  },
  {
    name: "prior",
    type: "number",
    min: 0,
    max: 1,
    exclusiveMin: true,
    exclusiveMax: true,
    metavar: "P",
    help: "Share of positives in production, where it is not that of FILE; within each class rows are taken to be alike",
  },
  {
    name: "perClass",
    type: "boolean",
    help: "One threshold a class, each for the rows that it wins; without --positive",
  },
  {
    name: "truth",
    type: "string",
    metavar: "FILE2",
    help: "Labels that do not exclude each other: 0 or 1 for each row and label of FILE, whose scores are log-odds or probabilities of each alone",
  },
  { name: "abstain", type: "boolean", help: "Two promises, two thresholds: a person is asked between them" },
  {
    name: "low",
    type: "number",
    min: 0,
    max: 1,
    exclusiveMin: true,
    exclusiveMax: true,
    metavar: "P",
    help: "A second threshold on P(positive): a person is asked from it up to the one that is found",
  },
  calibratorFlag,
  {
    name: "eval",
    type: "string",
    metavar: "FILE2",
    help: "Measure on these rows as well (default: a seeded 5-fold estimate)",
  },
  seedFlag,
  ...policyNames,
  outputFlag("P.json", "Write the policy here"),
  jsonFlag,
];

export const decideFlags: Flag[] = [
  ...inputFlags,
  { name: "policy", type: "string", metavar: "P.json", help: "Decide by this policy" },
  {
    name: "state",
    type: "string",
    metavar: "STATE.json",
    help: "What has happened to it since: {policy: version, revoked?: {at, reason}}",
  },
  outputFlag("D.jsonl", "Write the decisions here instead of standard output"),
  { ...jsonFlag, help: "JSON lines, as without it, and no messages" },
];
