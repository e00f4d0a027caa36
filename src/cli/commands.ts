import type { Command, Flag } from "./command.js";
import { audit, conform, decide, guard, serve, threshold } from "./decisionCommands.js";

// Only words live here; whatever runs, or reads the registry, is loaded when its command is called.
const lazy = {
  flags: () => import("./flags.js"),
  methods: () => import("./methodFlags.js"),
  sampling: () => import("./sampleFlags.js"),
  models: () => import("./modelFlags.js"),
  payload: () => import("./payload.js"),
  learn: () => import("./learnFlags.js"),
  attack: () => import("./attackFlags.js"),
};

const input = async (...more: Flag[]): Promise<Flag[]> => [...(await lazy.flags()).inputFlags, ...more];

export const commands: readonly Command[] = [
  {
    name: "demo",
    summary: "The whole story on built-in data, offline",
    usage: "",
    args: [0, 0],
    flags: async () => [(await lazy.flags()).jsonFlag],
    examples: [
      { run: "logits demo", shows: "a filter that is too sure, repaired; rows to look at; a model that writes" },
    ],
    load: () => import("./commands/demo.js"),
  },
  {
    name: "inspect",
    summary: "What is in a file: kind, shape, ranges, classes, accuracy",
    usage: "FILE…",
    args: [1, Infinity],
    flags: async () => input(...(await lazy.payload()).payloadFlags, (await lazy.flags()).jsonFlag),
    examples: [
      { run: "logits inspect val.npz", shows: "Read as logits: 5,000 × 10; labels 0–9 from labels" },
      { run: "logits inspect model.gguf", shows: "a language model: weights, context, tokens, how they are stored" },
      { run: "logits inspect answer.json --engine vllm", shows: "a server's logprobs: stage, coverage, perplexity" },
    ],
    load: () => import("./commands/inspect.js"),
  },
  {
    name: "explain",
    summary: "One row: logits → ÷T → softmax → verdict",
    usage: "'[8.2, 1.5]' | FILE",
    args: [1, 1],
    flags: async () => {
      const { calibratorFlag, jsonFlag, temperatureFlag } = await lazy.flags();
      const own: Flag[] = [
        { name: "row", type: "integer", min: 0, metavar: "N", help: "Which row of FILE, from 0" },
        { name: "id", type: "string", metavar: "ID", help: "Which row of FILE, by its id" },
        temperatureFlag,
        { name: "label", type: "string", metavar: "NAME", help: "The true class, when it is known" },
      ];
      return input(...own, calibratorFlag, jsonFlag);
    },
    examples: [
      { run: "logits explain '[8.2, 1.5]' --classes cat,dog", shows: "cat 99.877 %, dog 0.123 %" },
      { run: "logits explain val.npz --row 17 --calibrator C.json", shows: "the same for a row of a file" },
    ],
    load: () => import("./commands/explain.js"),
  },
  {
    name: "evaluate",
    summary: "Every metric, with intervals and conventions",
    usage: "FILE…",
    args: [1, Infinity],
    flags: async () => (await lazy.methods()).evaluateFlags(),
    examples: [
      { run: "logits evaluate test.npz", shows: "accuracy, NLL, Brier, ECE …, each with a 95 % interval" },
      { run: "logits evaluate test.npz --calibrator C.json --json", shows: "the same after calibration, as JSON" },
    ],
    load: () => import("./commands/evaluate.js"),
  },
  {
    name: "calibrate",
    summary: "Fit a calibrator, and show what it changed",
    usage: "FILE…",
    args: [1, Infinity],
    flags: async () => (await lazy.methods()).calibrateFlags(),
    examples: [
      {
        run: "logits calibrate val.npz --eval test.npz -o C.json",
        shows: "temperature 2.395; ECE before and after on the test rows",
      },
      {
        run: "logits calibrate val.npz --method auto",
        shows: "all methods by cross-validated NLL, the simplest good one chosen",
      },
    ],
    load: () => import("./commands/calibrate.js"),
  },
  {
    name: "apply",
    summary: "Calibrated probabilities of a file's rows",
    usage: "FILE…",
    args: [1, Infinity],
    flags: async () => {
      const { calibratorFlag, jsonFlag, outputFlag } = await lazy.flags();
      return input(
        calibratorFlag,
        outputFlag("OUT", "Where to; the extension picks the format (npz, npy, csv, jsonl, parquet, arrow)"),
        jsonFlag,
      );
    },
    examples: [
      { run: "logits apply test.npz --calibrator C.json -o probs.parquet", shows: "one probability a class and row" },
    ],
    load: () => import("./commands/apply.js"),
  },
  {
    name: "triage",
    summary: "Rows that deserve a person's eye: torn, confidently wrong, probably mislabelled, unusual",
    usage: "FILE…",
    args: [1, Infinity],
    flags: async () => (await lazy.methods()).triageFlags(),
    examples: [
      {
        run: "logits triage test.npz --calibrator C.json --top 5",
        shows: "five rows of each verdict, with the numbers that made it so",
      },
    ],
    load: () => import("./commands/triage.js"),
  },
  threshold,
  decide,
  conform,
  {
    name: "sample",
    summary: "Draw the next token from a row of scores, and say why each token lived or died",
    usage: "FILE | '[3.1, 2.9, -1]'",
    args: [1, 1],
    flags: async () => (await lazy.sampling()).sampleFlags(),
    examples: [
      {
        run: "logits sample next.npy --row 0 --temperature 0.8 --top-k 40 --top-p 0.95 --seed 7 --trace",
        shows: "tokens and mass removed at each step, the token drawn, what it was drawn from",
      },
      {
        run: "logits sample next.npy --row 0 --sweep temperature=0.2,0.8,1.2",
        shows: "top tokens, entropy and number kept at each",
      },
    ],
    load: () => import("./commands/sample.js"),
  },
  {
    name: "generate",
    summary: "A language model writes on; every step can be looked at",
    usage: "",
    args: [0, 0],
    flags: async () => (await lazy.sampling()).generateFlags(),
    examples: [
      {
        run: 'logits generate --prompt "It is a truth" --temperature 0.8 --top-p 0.95 --seed 7',
        shows: "the built-in model goes on, one token after another",
      },
      {
        run: 'logits generate --model M.gguf --prompt "Once upon a time" --profile llama.cpp --trace',
        shows: "as llama.cpp samples, with what every sampler removed at each step",
      },
    ],
    load: () => import("./commands/generate.js"),
  },
  {
    name: "report",
    summary: "One self-contained HTML file: curves, tables, rows to look at",
    usage: "FILE…",
    args: [1, Infinity],
    flags: async () => (await lazy.methods()).reportFlags(),
    examples: [
      {
        run: "logits report test.npz --calibrator C.json -o report.html",
        shows: "before and after calibration, opens from disk",
      },
    ],
    load: () => import("./commands/report.js"),
  },
  {
    name: "convert",
    summary: "The same table in another format",
    usage: "IN OUT",
    args: [2, 2],
    flags: async () => input((await lazy.flags()).jsonFlag),
    examples: [{ run: "logits convert val.csv val.npz", shows: "OUT's extension picks the format" }],
    load: () => import("./commands/convert.js"),
  },
  {
    name: "run",
    summary: "A classifier over pictures or an array: its logits, kept",
    usage: "MODEL.onnx INPUTS",
    args: [2, 2],
    flags: async () => (await lazy.models()).runFlags(),
    examples: [
      {
        run: "logits run resnet.onnx photos/ --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 -o val.npz",
        shows: "cut before its Softmax; the folders of photos/ are the labels",
      },
    ],
    load: () => import("./commands/run.js"),
  },
  {
    name: "learn",
    summary: "Small networks that learn from examples, are attacked and explained",
    usage: "COMMAND …",
    args: [1, Infinity],
    flags: async () => [],
    commands: [
      {
        name: "train",
        summary: "Train a network, and keep its logits on examples that it has not seen",
        usage: "",
        args: [0, 0],
        flags: async () => (await lazy.learn()).trainFlags,
        examples: [
          {
            run: "logits learn train --data fashion-mnist -o model",
            shows: "accuracy, ECE before and after temperature scaling; model/test.npz for all other commands",
          },
          {
            run: "logits learn train --data fashion-mnist --overfit 1000 -o sure",
            shows: "a network that is surer than it is right",
          },
        ],
        load: () => import("./commands/learnTrain.js"),
      },
      {
        name: "attack",
        summary: "Change examples so that a network errs, and say what its logits show of that",
        usage: "MODEL",
        args: [1, 1],
        flags: async () => (await lazy.attack()).attackFlags,
        examples: [
          {
            run: "logits learn attack model --data fashion-mnist --eps 25/255 -o adversarial.npz",
            shows: "accuracy before and after, every kind of evidence, and what is left of it against who knows it",
          },
        ],
        load: () => import("./commands/learnAttack.js"),
      },
      {
        name: "explain",
        summary: "One picture: layers → logits → ÷T → softmax → verdict",
        usage: "MODEL",
        args: [1, 1],
        flags: async () => (await lazy.attack()).explainFlags,
        examples: [
          { run: "logits learn explain model --image boot.png", shows: "what each layer sees, and what is made of it" },
        ],
        load: () => import("./commands/learnExplain.js"),
      },
    ],
    examples: [
      {
        run: "logits learn train --data photos/ -o model",
        shows: "a network from a folder of pictures for each class",
      },
    ],
    load: () => import("./commands/learn.js"),
  },
  guard,
  {
    name: "models",
    summary: "Language models there are; pull fetches one by name and checks it",
    usage: "[pull NAME]",
    args: [0, 2],
    flags: async () => (await lazy.models()).modelsFlags(),
    examples: [
      { run: "logits models", shows: "the built-in model, and those that can be fetched" },
      { run: "logits models pull smollm2-135m", shows: "98 MB into the cache, SHA-256 checked" },
    ],
    load: () => import("./commands/models.js"),
  },
  serve,
  audit,
];
