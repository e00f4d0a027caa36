import type { Flag } from "./command.js";
import { jsonFlag } from "./flags.js";

const audit: Flag = {
  name: "auditKey",
  type: "string",
  metavar: "FILE",
  help: "File with the secret that seals the trail (default LOGITS_AUDIT_KEY, else `key` in the folder of the trail)",
};

export const serveFlags: Flag[] = [
  {
    name: "policy",
    type: "string",
    metavar: "FILE|FOLDER",
    help: "A policy, or a folder of them; read again when it changes",
  },
  {
    name: "port",
    type: "integer",
    min: 0,
    max: 65535,
    default: 8080,
    metavar: "N",
    help: "Where to listen; 0 for any port that is free (default 8080)",
  },
  {
    name: "host",
    type: "string",
    default: "127.0.0.1",
    metavar: "ADDRESS",
    help: "Address to listen on; any other than this machine's own needs --keys (default 127.0.0.1)",
  },
  {
    name: "audit",
    type: "string",
    metavar: "DIR",
    help: "Record every decision in this folder before it is answered",
    group: "Trail",
  },
  { ...audit, group: "Trail" },
  {
    name: "keep",
    type: "choice",
    choices: ["auto", "logits", "hash"],
    default: "auto",
    help: "Scores in a record: all (logits), only their SHA-256 (hash), or all up to 64 KiB a request (default auto)",
    group: "Trail",
  },
  {
    name: "retain",
    type: "integer",
    min: 1,
    metavar: "DAYS",
    help: "Give up older days of records (default: none)",
    group: "Trail",
  },
  {
    name: "shadow",
    type: "string",
    metavar: "P",
    help: "A policy (file, or name in the folder) whose decisions are only recorded",
    group: "Policies",
  },
  {
    name: "canary",
    type: "string",
    metavar: "P=SHARE",
    help: "A policy that decides this share of the rows, by a hash of their ids: new=0.05",
    group: "Policies",
  },
  {
    name: "guard",
    type: "string",
    metavar: "G.json",
    help: "Evidence for each row, and an alarm that revokes contracts",
    group: "Policies",
  },
  {
    name: "keys",
    type: "string",
    metavar: "FILE",
    help: "Ask for a key of this file; read again when it changes",
    group: "Access",
  },
  {
    name: "newKey",
    type: "string",
    metavar: "NAME",
    help: "Make a key in --keys, print it once, and end",
    group: "Access",
  },
  {
    name: "scopes",
    type: "string",
    metavar: "A,B,…",
    help: "What --new-key allows: decide, label, admin (default decide)",
    group: "Access",
  },
  { name: "revokeKey", type: "string", metavar: "NAME", help: "Take a key of --keys back, and end", group: "Access" },
  {
    name: "rate",
    type: "number",
    min: 0,
    exclusiveMin: true,
    metavar: "N",
    help: "Requests a second from each key (default: no limit)",
    group: "Access",
  },
  { name: "tlsCert", type: "string", metavar: "FILE", help: "Certificate, PEM, with --tls-key", group: "Access" },
  { name: "tlsKey", type: "string", metavar: "FILE", help: "Its private key, PEM", group: "Access" },
  { name: "trustProxy", type: "boolean", help: "A proxy in front says where callers come from", group: "Access" },
  {
    name: "maxBody",
    type: "integer",
    min: 1024,
    default: 16 << 20,
    metavar: "BYTES",
    help: "Largest body (default 16777216)",
    group: "Limits",
  },
  {
    name: "timeout",
    type: "number",
    min: 0,
    exclusiveMin: true,
    default: 30,
    metavar: "SECONDS",
    help: "In which a request must have arrived (default 30)",
    group: "Limits",
  },
  {
    name: "connections",
    type: "integer",
    min: 1,
    default: 10_000,
    metavar: "N",
    help: "Connections at one time (default 10000)",
    group: "Limits",
  },
];

export const verifyFlags: Flag[] = [
  audit,
  {
    name: "head",
    type: "string",
    metavar: "SEQ:MAC",
    help: "An end that you remember, from logits_audit_head of /metrics: a tail that was cut off shows",
  },
  jsonFlag,
];

export const replayFlags: Flag[] = [{ name: "id", type: "string", metavar: "ID", help: "Only this request" }, jsonFlag];

export const exportFlags: Flag[] = [
  { name: "output", short: "o", type: "string", metavar: "FILE", help: "Where to (default: standard output)" },
];
