import type { Command } from "./command.js";

// The commands of decisions: only words, as in `commands.ts`.
const lazy = {
  flags: () => import("./flags.js"),
  serve: () => import("./serveFlags.js"),
  threshold: () => import("./thresholdFlags.js"),
  guard: () => import("./guardFlags.js"),
  conform: () => import("./conformFlags.js"),
};

export const threshold: Command = {
  name: "threshold",
  summary: "A threshold that keeps what it promises, or why it cannot",
  usage: "FILE…",
  args: [1, Infinity],
  flags: async () => (await lazy.threshold()).thresholdFlags,
  examples: [
    {
      run: "logits threshold val.npz --positive not:normal --at 0.95",
      shows: "what the plain rule does here, with intervals, and which logit it equals",
    },
    {
      run: "logits threshold val.npz --positive not:normal --max-fpr 0.01 -o P.json",
      shows: "a false-positive rate of at most 1 % with 95 % confidence, as a policy",
    },
    {
      run: "logits threshold test.npz --check P.json",
      shows: "does the policy keep its promise? exit status 1 when not",
    },
  ],
  load: () => import("./commands/threshold.js"),
};

export const decide: Command = {
  name: "decide",
  summary: "What a policy does about each row, and why",
  usage: "FILE…",
  args: [1, Infinity],
  flags: async () => (await lazy.threshold()).decideFlags,
  examples: [
    { run: "logits decide new.jsonl --policy P.json", shows: "a JSON line a row: action, class, p, margin, reason" },
    { run: "tail -f new.jsonl | logits decide - --policy P.json", shows: "each row decided as it comes" },
  ],
  load: () => import("./commands/decide.js"),
};

export const conform: Command = {
  name: "conform",
  summary: "Sets of classes that hold the truth with a stated probability",
  usage: "FILE…",
  args: [1, Infinity],
  flags: async () => (await lazy.conform()).conformFlags,
  examples: [
    {
      run: "logits conform val.npz --alpha 0.1 --score raps --eval test.npz -o C.json",
      shows: "the threshold, coverage with its interval, sizes of sets, coverage by size and class",
    },
    { run: "logits conform new.npz --sets C.json -o sets.jsonl", shows: "the set of every row" },
  ],
  load: () => import("./commands/conform.js"),
};

export const guard: Command = {
  name: "guard",
  summary: "Evidence of bypass: how unusual rows are among benign ones, and when a stream changes",
  usage: "fit|score|evaluate …",
  args: [1, Infinity],
  flags: async () => [],
  commands: [
    {
      name: "fit",
      summary: "Learn from benign rows what is usual",
      usage: "BENIGN…",
      args: [1, Infinity],
      flags: async () => (await lazy.guard()).guardFitFlags,
      examples: [
        {
          run: "logits guard fit benign.npz -o G.json",
          shows: "what rows are ranked among, what is left out and why",
        },
        {
          run: "logits guard fit benign.npz --replicates-key replicates -o G.json",
          shows: "with flip rate, log-odds under noise and what else several rows of one item tell",
        },
      ],
      load: () => import("./commands/guardFit.js"),
    },
    {
      name: "score",
      summary: "p-value of each row among benign ones: torn, over-confident, odd direction",
      usage: "FILE…",
      args: [1, Infinity],
      flags: async () => (await lazy.guard()).guardScoreFlags,
      examples: [
        { run: "logits guard score today.npz --guard G.json", shows: "how many rows are unusual, and the ten most" },
        {
          run: "logits guard score stream.npz --guard G.json --watch",
          shows: "and when the rows changed; exit status 1",
        },
      ],
      load: () => import("./commands/guardScore.js"),
    },
    {
      name: "evaluate",
      summary: "What a guard finds of each attack by itself, and of benign rows",
      usage: "",
      args: [0, 0],
      flags: async () => (await lazy.guard()).guardEvaluateFlags,
      examples: [
        {
          run: "logits guard evaluate --guard G.json --benign test.npz --attack minimal=F1.npz --attack pgd=F2.npz",
          shows: "AUROC and rates at 1 % and 5 %, with intervals, for each attack and detector",
        },
      ],
      load: () => import("./commands/guardEvaluate.js"),
    },
  ],
  examples: [{ run: "logits guard fit benign.npz -o G.json", shows: "a guard; score and evaluate use it" }],
  load: () => import("./commands/guard.js"),
};

export const serve: Command = {
  name: "serve",
  summary: "The decision service: a policy behind HTTP, every decision recorded before it is answered",
  usage: "--policy FILE|FOLDER",
  args: [0, 0],
  flags: async () => (await lazy.serve()).serveFlags,
  examples: [
    { run: "logits serve --policy P.json --audit audit", shows: "POST /v1/decide on 127.0.0.1:8080" },
    {
      run: "logits serve --keys K.json --new-key scanner --scopes decide,label",
      shows: "a key, once; its hash goes into K.json",
    },
    {
      run: "logits serve --policy policies/ --canary new=0.05 --shadow next --guard G.json --audit audit",
      shows: "5 % of rows decided by another policy, a third only recorded, an alarm over the stream",
    },
  ],
  load: () => import("./commands/serve.js"),
};

export const audit: Command = {
  name: "audit",
  summary: "The trail of a service: is it whole, does every decision come out the same again",
  usage: "COMMAND …",
  args: [1, Infinity],
  flags: async () => [],
  commands: [
    {
      name: "verify",
      summary: "Follow the chain of records; exit status 1 when one was changed, is missing or was cut off",
      usage: "DIR",
      args: [1, 1],
      flags: async () => (await lazy.serve()).verifyFlags,
      examples: [{ run: "logits audit verify audit --head 1234:9f…", shows: "the chain is whole, up to that head" }],
      load: () => import("./commands/auditVerify.js"),
    },
    {
      name: "replay",
      summary: "Decide again about every recorded row; exit status 1 when one comes out otherwise",
      usage: "DIR",
      args: [1, 1],
      flags: async () => (await lazy.serve()).replayFlags,
      examples: [{ run: "logits audit replay audit", shows: "5,000 rows decided again, 5,000 the same" }],
      load: () => import("./commands/auditReplay.js"),
    },
    {
      name: "export",
      summary: "Every record as a JSON line",
      usage: "DIR",
      args: [1, 1],
      flags: async () => (await lazy.serve()).exportFlags,
      examples: [{ run: "logits audit export audit -o trail.jsonl", shows: "one line a record, scores as base64" }],
      load: () => import("./commands/auditExport.js"),
    },
  ],
  examples: [{ run: "logits audit verify audit", shows: "how many records, and whether the chain is whole" }],
  load: () => import("./commands/audit.js"),
};
