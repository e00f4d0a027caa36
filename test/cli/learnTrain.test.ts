import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { load } from "../../src/learn/index.js";
import { openExamples } from "../../src/learn/data.js";
import { predict } from "../../src/learn/predict.js";
import { collect, read } from "../../src/index.js";
import { type Ended, logits } from "../support/commandLine.js";
import { banded, bandedNpz, npz, numbers } from "../support/examples.js";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const written = ["calibrator.json", "card.json", "model.onnx", "test.npz", "val.npz"];
let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-learn-"));
  writeFileSync(at("bands.npz"), bandedNpz(150, [8, 8, 3], 3, 10));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A few seconds' worth: 135 pictures of 8 × 8. */
const small = (output: string, ...more: string[]): string[] => [
  "learn",
  "train",
  "--data",
  at("bands.npz"),
  "-o",
  at(output),
  "--epochs",
  "4",
  "--batch",
  "16",
  "--lr",
  "0.01",
  ...more,
];
// biome-ignore lint: documents are checked field by field
async function document(...argv: string[]): Promise<Record<string, any>> {
  const { status, out, err } = await logits(...argv, "--json");
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return JSON.parse(out);
}
async function refusal(...argv: string[]): Promise<[number | null, string]> {
  const { status, out, err } = await logits(...argv);
  expect(out).toBe("");
  return [status, err.replaceAll(`${folder}/`, "")];
}

describe("logits learn train", () => {
  it("says each epoch aside, the numbers in words, and leaves five files", async () => {
    const { status, out, err } = await logits(...small("words"));
    expect(status).toBe(0);
    expect(readdirSync(at("words")).sort()).toEqual(written);
    const lines = err.trim().split("\n");
    expect(lines[0]).toMatch(
      /^validation: a tenth of .*bands\.npz's 150 training examples, drawn by the seed \(0\)\.$/,
    );
    expect(lines).toHaveLength(5);
    for (const [i, line] of lines.slice(1).entries())
      expect(line).toMatch(
        new RegExp(
          `^epoch ${i + 1} of 4: loss [\\d.]+, accuracy [\\d.]+; validation loss [\\d.]+, accuracy [\\d.]+; [\\d.]+ s$`,
        ),
      );
    expect(out).toMatch(
      /^conv 8, pool, conv 16, pool, dense 64, linear 3, on 135 examples: 4 epochs in [\d.]+ s, .*\nOn 60 test examples, right [\d.]+ %:\n {2}ECE +[\d.]+ → [\d.]+ after temperature [\d.]+ \(every winner kept\)\n {2}NLL .*\n {2}P ≥ 0\.95 .*\nwarning: Fitted on 15 rows; with fewer than 1,000 the result is uncertain\.\n(?:warning: .*\n)*Wrote model\.onnx, val\.npz, test\.npz, calibrator\.json, card\.json to .*words\n$/,
    );
  });

  it("prints one document with the same numbers, which are those that evaluate finds", async () => {
    const found = await document(...small("json"));
    const { model, files, accuracy, ece, nll, seconds, calibrated, sure } = found;
    expect(model).toBe(at("json/model.onnx"));
    expect(Object.values(files).map((path) => existsSync(String(path)))).toEqual([true, true, true, true, true]);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(seconds).toBeGreaterThan(0);
    const before = JSON.parse((await logits("evaluate", files.test, "--json")).out).metrics;
    expect([accuracy, ece, nll]).toEqual(["accuracy", "ece", "nll"].map((name) => before[name].value));
    const after = JSON.parse((await logits("evaluate", files.test, "--calibrator", files.calibrator, "--json")).out);
    expect(calibrated.temperature).toBe(after.calibrator.params.temperature);
    expect(calibrated.flips).toBe(0);
    expect(calibrated.ece).toBeCloseTo(after.metrics.ece.value, 12);
    const { model: _, files: __, ...rest } = found;
    expect(JSON.parse(readFileSync(files.card, "utf8"))).toMatchObject({
      ...rest,
      history: expect.any(Array),
      seconds: expect.any(Number),
    });
    // How often it is right where it is sure, counted again from the file.
    const { values, labels } = await collect(await read(files.test));
    const rows = Array.from({ length: 60 }, (_row, row) => {
      const z = Array.from(values.subarray(3 * row, 3 * row + 3));
      const most = Math.max(...z);
      return { p: 1 / z.reduce((sum, one) => sum + Math.exp(one - most), 0), right: z.indexOf(most) === labels![row] };
    }).filter(({ p }) => p >= 0.95);
    expect(sure).toEqual({
      from: 0.95,
      rows: rows.length,
      share: rows.length / 60,
      accuracy: rows.filter(({ right }) => right).length / rows.length,
    });
  });

  it("keeps the logits of the network that it keeps, with labels, ids and classes", async () => {
    await document(...small("kept", "--classes", "low,middle,high"));
    const net = await load(at("kept/model.onnx"));
    expect(net.classes).toEqual(["low", "middle", "high"]);
    const data = await openExamples(at("bands.npz"), { classes: net.classes });
    for (const [name, examples] of [
      ["val", data.validation],
      ["test", data.test],
    ] as const) {
      const source = await read(at(`kept/${name}.npz`));
      expect(source.classes).toEqual(["low", "middle", "high"]);
      const { values, labels, ids } = await collect(source);
      expect({ values, labels, ids }).toEqual({
        values: (await predict(net, examples)).values,
        labels: examples.labels,
        ids: examples.ids,
      });
    }
  });

  it("gives the same bits for the same seed, others for another", async () => {
    for (const [name, seed] of [
      ["a", "3"],
      ["b", "3"],
      ["c", "4"],
    ] as const)
      await document(...small(name, "--seed", seed, "--epochs", "1"));
    const bytes = (name: string): Buffer[] =>
      ["model.onnx", "val.npz", "test.npz"].map((file) => readFileSync(at(`${name}/${file}`)));
    expect(bytes("b")).toEqual(bytes("a"));
    expect(bytes("c")[0]!.equals(bytes("a")[0]!)).toBe(false);
  });

  it("stops early, and keeps the best epoch", async () => {
    const { epochs, bestEpoch, history } = await document(
      ...small("early", "--epochs", "60", "--lr", "0.1", "--patience", "2"),
    );
    const losses = history.map(({ validation }: { validation: { loss: number } }) => validation.loss);
    expect(epochs).toBeLessThan(60);
    expect(bestEpoch).toBe(epochs - 2);
    expect(losses[bestEpoch - 1]).toBe(Math.min(...losses));
  });

  it("--overfit learns the first examples by heart, and neither stops early nor looks for a best epoch", async () => {
    const { examples, epochs, bestEpoch, history, settings } = await document(
      ...small("heart", "--overfit", "30", "--epochs", "30"),
    );
    // Of 135 that are not set aside the other 105 join the 15 of validation.
    expect(examples).toEqual({ train: 30, validation: 120, test: 60 });
    const { labels, ids } = await collect(await read(at("heart/val.npz")));
    expect([labels!.length, new Set(ids).size]).toEqual([120, 120]);
    expect([epochs, bestEpoch, settings.augment]).toEqual([30, 30, {}]);
    expect(history.at(-1).accuracy).toBe(1);
    expect(history.at(-1).validation).toBeUndefined();
  });

  it("--overfit takes of pictures that lie class after class some of each, and says so in every place", async () => {
    const { pixels, labels } = banded(150, [8, 8, 3], 3);
    const order = Array.from(labels.keys()).sort((a, b) => Number(labels[a]! - labels[b]!) || a - b);
    writeFileSync(
      at("sorted.npz"),
      npz({
        images: [
          "|u1",
          [150, 8, 8, 3],
          Uint8Array.from(order.flatMap((row) => [...pixels.subarray(192 * row, 192 * row + 192)])),
        ],
        labels: ["<i8", [150], BigInt64Array.from(order, (row) => labels[row]!)],
      }),
    );
    const said =
      "The first 30 training examples would not show 1, 2: as many of all classes are learned instead, drawn by the seed (0).";
    const sorted = small("sorted", "--data", at("sorted.npz"), "--overfit", "30");
    const { err } = await logits(...sorted);
    expect(err.split("\n")).toContain(said);
    expect(JSON.parse(readFileSync(at("sorted/card.json"), "utf8")).notes).toContain(said);
    const { notes, examples, accuracy } = await document(...sorted);
    expect(notes).toContain(said);
    expect(examples).toEqual({ train: 30, validation: 105, test: 15 });
    expect(accuracy).toBeGreaterThan(0.6);
  });

  it.skipIf(process.platform !== "linux")(
    "reads what a shell hands over, and standard input by its name (skipped where /dev/stdin is not Linux's)",
    () => {
      for (const source of [`<(cat '${at("bands.npz")}')`, `/dev/stdin < '${at("bands.npz")}'`]) {
        const words = `learn train --epochs 1 --batch 16 --json -o '${at("handed")}' --data ${source}`;
        const { status, stdout, stderr } = spawnSync("bash", ["-c", `'${process.execPath}' '${main}' ${words}`], {
          encoding: "utf8",
        });
        expect([status, stderr]).toEqual([0, ""]);
        expect(JSON.parse(stdout).examples).toEqual({ train: 135, validation: 15, test: 60 });
      }
    },
  );

  it("changes colour pictures unless told otherwise, and nothing else", async () => {
    const augment = async (...more: string[]): Promise<unknown> =>
      (await document(...small("changed", "--epochs", "1", ...more))).settings.augment;
    expect(await augment()).toEqual({ flip: true, shift: 1 });
    expect(await augment("--augment", "none")).toEqual({});
    expect(await augment("--augment", "shift")).toEqual({ shift: 1 });
    expect(await augment("--augment", "flip, shift")).toEqual({ flip: true, shift: 1 });
  });

  it("takes features", async () => {
    const values = numbers(240).map((value, i) => value + (i % 4 === 0 ? (i / 4) % 2 : 0));
    writeFileSync(
      at("features.npz"),
      npz({
        x: ["<f4", [60, 4], values],
        y: ["<i8", [60], BigInt64Array.from({ length: 60 }, (_, i) => BigInt(i % 2))],
      }),
    );
    const { network, examples } = await document(
      "learn",
      "train",
      "--data",
      at("features.npz"),
      "-o",
      at("features"),
      "--epochs",
      "2",
    );
    expect(network).toEqual(["dense 64", "linear 2"]);
    expect(examples).toEqual({ train: 48, validation: 6, test: 6 });
  });

  it("draws a bar within the epoch on a terminal alone", async () => {
    let err = "";
    const { runCli } = await import("../../src/cli/run.js");
    const terminal = {
      out: () => undefined,
      err: (text: string) => void (err += text),
      outIsTty: true,
      errIsTty: true,
      columns: 80,
      color: false,
    };
    expect(await runCli(small("bar", "--epochs", "1"), terminal)).toBe(0);
    expect(err).toMatch(/\r█+░+ 16 of 135 examples, epoch 1 of 1/);
    expect(err).toContain("\r\x1b[Kepoch 1 of 1: loss");
  });
});

describe("a run that ends before its time", () => {
  const long = (output: string, ...more: string[]): string[] =>
    small(output, "--epochs", "40", "--patience", "40", ...more);

  /** Kills the process when it says so many epochs, or more. */
  function killed(argv: string[], epoch: number): Promise<NodeJS.Signals | null> {
    const child = spawn(process.execPath, [main, ...argv], { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const said = [...text.matchAll(/epoch +(\d+) of/g)].map((match) => Number(match[1]));
      if (said.some((one) => one >= epoch)) child.kill("SIGKILL");
    });
    return new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal)));
  }

  it("that was killed goes on with --resume, twice, to the bits of one that was not", async () => {
    expect(await killed(long("killed"), 5)).toBe("SIGKILL");
    expect(existsSync(at("killed/model.onnx"))).toBe(false);
    expect(readdirSync(at("killed"))).toContain("checkpoint");
    writeFileSync(at("killed/model.onnx.0123abcd.part"), "half");
    expect(await killed(long("killed", "--resume"), 15)).toBe("SIGKILL");
    const end: Ended = await logits(...long("killed", "--resume"));
    expect(end.status).toBe(0);
    expect(Number(/epoch +(\d+) of 40/.exec(end.err)![1])).toBeGreaterThan(15);
    expect(readdirSync(at("killed")).sort()).toEqual(written);
    await document(...long("whole"));
    for (const name of ["model.onnx", "val.npz", "test.npz"])
      expect([name, readFileSync(at(`killed/${name}`)).equals(readFileSync(at(`whole/${name}`)))]).toEqual([
        name,
        true,
      ]);
    const losses = (name: string): number[] =>
      JSON.parse(readFileSync(at(`${name}/card.json`), "utf8")).history.map(({ loss }: { loss: number }) => loss);
    expect(losses("killed")).toEqual(losses("whole"));
  });

  it("is not begun anew by a slip, and goes on only with what it began with", async () => {
    expect(await killed(long("slip"), 2)).toBe("SIGKILL");
    const checkpoint = readFileSync(at("slip/checkpoint"));
    expect(await refusal(...long("slip"))).toEqual([
      3,
      "logits learn train: Cannot train into slip: it must hold no unfinished run, got a checkpoint\n  --resume goes on with it; to begin again, remove slip/checkpoint\n",
    ]);
    expect(await refusal(...long("slip", "--resume", "--epochs", "41"))).toEqual([
      3,
      "logits learn train: Cannot resume in slip: --epochs must be 40 as it began with, got 41\n",
    ]);
    expect(await refusal(...long("slip", "--resume", "--seed", "5"))).toEqual([
      3,
      "logits learn train: Cannot resume in slip: --seed must be 0 as it began with, got 5\n",
    ]);
    writeFileSync(at("other.npz"), bandedNpz(180, [8, 8, 3], 3, 10));
    expect(await refusal(...long("slip", "--resume", "--data", at("other.npz")))).toEqual([
      3,
      "logits learn train: Cannot resume in slip: the examples must be those that it began with, got others\n",
    ]);
    expect(readFileSync(at("slip/checkpoint")).equals(checkpoint)).toBe(true);
    writeFileSync(at("slip/checkpoint"), checkpoint.subarray(0, 1000));
    expect((await refusal(...long("slip", "--resume")))[1]).toMatch(
      /^logits learn train: Cannot read slip\/checkpoint: it must be a checkpoint of a training run, got a damaged one\n {2}Remove it, and train from the beginning\.\n$/,
    );
  });

  it("--resume begins where there is nothing to go on with, and refuses a finished run", async () => {
    const { status, err } = await logits(...small("begin", "--resume"));
    expect(status).toBe(0);
    expect(err).toMatch(/There is no checkpoint in .*begin: training begins\.\n/);
    expect((await refusal(...small("begin", "--resume")))[1]).toMatch(
      /^logits learn train: Cannot resume in begin: it must hold an unfinished run, got a finished one\n/,
    );
    expect((await logits(...small("begin"))).status).toBe(0);
  });

  it.skipIf(!existsSync("/dev/full"))("by a full disk says so in one line (skipped without /dev/full)", async () => {
    mkdirSync(at("full"));
    symlinkSync("/dev/full", at("full/checkpoint"));
    const { status, out, err } = await logits(...small("full"));
    expect([status, out]).toEqual([3, ""]);
    expect(err.split("\n").at(-2)).toBe(
      `logits learn train: Cannot write ${at("full/checkpoint")}: there must be room for it, got a full disk`,
    );
    expect(readdirSync(at("full"))).toEqual(["checkpoint"]);
  });

  it.skipIf(!existsSync("/dev/full"))(
    "by a disk that fills at the end keeps its checkpoint, and ends when there is room (skipped without /dev/full)",
    async () => {
      mkdirSync(at("late"));
      symlinkSync("/dev/full", at("late/model.onnx"));
      const { status, err } = await logits(...small("late"));
      expect(status).toBe(3);
      expect(err.split("\n").slice(-3, -1)).toEqual([
        `logits learn train: Cannot write ${at("late/model.onnx")}: there must be room for it, got a full disk`,
        "  What was learned is kept: when that is mended, --resume goes on.",
      ]);
      expect(existsSync(at("late/card.json"))).toBe(false);
      rmSync(at("late/model.onnx"));
      const again = await logits(...small("late", "--resume"));
      expect([again.status, /epoch/.test(again.err)]).toEqual([0, false]);
      await document(...small("room"));
      expect(readFileSync(at("late/model.onnx")).equals(readFileSync(at("room/model.onnx")))).toBe(true);
      expect(readdirSync(at("late")).sort()).toEqual(written);
    },
  );

  it.skipIf(process.platform === "win32")(
    "by a limit on files leaves the model that was there whole (skipped on Windows)",
    async () => {
      await document(...small("limit", "--epochs", "1"));
      const before = readFileSync(at("limit/model.onnx"));
      // Blocks of 512 bytes or of 1 KiB: less than a checkpoint either way. Without the trap the signal would end the process.
      const { status, stderr } = spawnSync(
        "sh",
        ["-c", `trap '' XFSZ; ulimit -f 20; exec "$@"`, "sh", process.execPath, main, ...small("limit", "--seed", "9")],
        { encoding: "utf8" },
      );
      expect(status).toBe(3);
      expect(stderr.split("\n").at(-2)).toBe(
        `logits learn train: Cannot write ${at("limit/checkpoint")}: there must be room for it, got a limit on the size of files`,
      );
      expect(readFileSync(at("limit/model.onnx")).equals(before)).toBe(true);
      expect(readdirSync(at("limit")).sort()).toEqual(written);
    },
  );
});

describe("two runs into one folder", () => {
  const lock = (holder: unknown): void => {
    mkdirSync(at("shared"), { recursive: true });
    writeFileSync(at("shared/lock"), typeof holder === "string" ? holder : JSON.stringify(holder));
  };
  const refused = (got: string): [number, string] => [
    3,
    `logits learn train: Cannot train into shared: no other run may be at work there, got ${got}\n  Wait for it, or take another folder; where there is no such run any more, remove shared/lock\n`,
  ];

  it("at the same time are one too many: the second is refused, the first ends as ever", async () => {
    const ended = await Promise.all([logits(...small("twice")), logits(...small("twice"))]);
    expect(ended.map(({ status }) => status).sort()).toEqual([0, 3]);
    const { err } = ended.find(({ status }) => status === 3)!;
    expect(err).toContain(`no other run may be at work there, got one of process ${process.pid}\n`);
    expect(readdirSync(at("twice")).sort()).toEqual(written);
    expect((await logits(...small("twice"))).status).toBe(0);
  });

  it("of two processes as well", async () => {
    const child = spawn(process.execPath, [main, ...small("busy", "--epochs", "4000", "--patience", "4000")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const closed = new Promise((resolve) => child.on("exit", resolve));
    await new Promise<void>((resolve) => {
      child.stderr.setEncoding("utf8").on("data", (text: string) => text.includes("epoch") && resolve());
    });
    const [status, err] = await refusal(...small("busy"));
    expect(status).toBe(3);
    expect(err).toContain(`got one of process ${child.pid}\n`);
    child.kill("SIGKILL");
    await closed;
    // What a killed run leaves is no obstacle, and its checkpoint is as safe as before.
    expect(readdirSync(at("busy"))).toContain("lock");
    expect((await refusal(...small("busy")))[1]).toContain("it must hold no unfinished run, got a checkpoint");
    expect(readdirSync(at("busy"))).not.toContain("lock");
  });

  it("are known by the process and its machine", async () => {
    for (const [holder, got] of [
      [{ pid: process.ppid, host: hostname(), token: "a" }, `one of process ${process.ppid}`],
      [{ pid: 4_999_999, host: "elsewhere", token: "a" }, "one of process 4999999 on elsewhere"],
      ["", "one that does not say its process"],
      ["null", "one that does not say its process"],
    ] as const) {
      lock(holder);
      expect(await refusal(...small("shared"))).toEqual(refused(got));
      expect(readdirSync(at("shared"))).toEqual(["lock"]);
    }
    // Numbers of processes end below 2²²; and this one has no run that it does not know of.
    for (const pid of [4_999_999, process.pid]) {
      lock({ pid, host: hostname(), token: "a" });
      expect((await logits(...small("shared"))).status).toBe(0);
      expect(readdirSync(at("shared")).sort()).toEqual(written);
    }
  });
});

describe("what learn train refuses", () => {
  it.skipIf(!existsSync("/dev/full"))("a device as data, in one line (skipped without /dev/full)", async () => {
    symlinkSync("/dev/zero", at("zero.npz"));
    for (const path of ["/dev/full", "/dev/zero", at("zero.npz")])
      expect(await refusal(...small("unused"), "--data", path)).toEqual([
        3,
        `logits learn train: Cannot read ${path.replace(`${folder}/`, "")}: it must be a file, got a device\n`,
      ]);
    expect(await logits("evaluate", "/dev/zero")).toEqual({
      status: 3,
      out: "",
      err: "logits evaluate: Cannot read /dev/zero: it must be a file, got a device\n",
    });
  });

  it.skipIf(process.platform !== "linux")(
    "a place where nobody can make a folder (skipped without /proc)",
    async () => {
      symlinkSync(at("nothing"), at("astray"));
      symlinkSync(at("round"), at("round"));
      const none = "it must be a place where a folder can be made, got none";
      for (const [place, message] of [
        ["/proc/logits/model", none],
        [at("astray"), none],
        [at("round/model"), "it must be a folder, got a link to itself"],
        [at("a".repeat(300)), "its name must be shorter"],
        [at("bands.npz/model"), "it must be a folder, got a file"],
      ])
        expect(await refusal(...small("unused"), "-o", place!)).toEqual([
          3,
          `logits learn train: Cannot write ${place!.replace(`${folder}/`, "")}: ${message}\n`,
        ]);
    },
  );

  it.each([
    [["learn"], 2, "logits learn needs COMMAND …\n"],
    [
      ["learn", "trian"],
      2,
      "logits: there is no command learn trian. Did you mean learn train? See logits learn --help\n",
    ],
    [["learn", "train", "-o", "x"], 2, "logits learn train needs --data NAME, FILE or DIR\n"],
    [["learn", "train", "--data", "fashion-mnist"], 2, "logits learn train needs -o DIR\n"],
    [["learn", "train", "--epoch", "3"], 2, "logits learn train has no --epoch. Did you mean --epochs?\n"],
    [["learn", "train", "--epochs", "0"], 2, "logits: --epochs must be an integer in [1, 100000], got 0\n"],
    [["learn", "train", "--lr", "0"], 2, /^logits: --lr must be .*> 0.*, got 0\n$/],
    [["learn", "train", "model"], 2, 'logits learn train takes no argument, got also "model"\n'],
    [
      ["learn", "train", "--data", "fashion-mnst", "-o", "x"],
      3,
      "logits learn train: Cannot read fashion-mnst: there is no such file or folder\n",
    ],
    [
      ["learn", "train", "--data", "fashion-mnist", "--from", "y", "-o", "x"],
      2,
      "logits learn train: Cannot use fashion-mnist: --from must be left out but for cifar10-animals, got y\n",
    ],
  ])("%j", async (argv, status, message) => {
    const [ended, err] = await refusal(...argv);
    expect(err).toMatch(typeof message === "string" ? /^/ : message);
    if (typeof message === "string") expect(err).toBe(message);
    expect(ended).toBe(status);
    expect(existsSync("x")).toBe(false);
  });

  it.each([
    [
      "--overfit",
      "200",
      2,
      "logits learn train: Cannot train: --overfit must be at most the number of training examples, 135, got 200\n",
    ],
    ["--augment", "flop", 2, "logits: --augment must be auto, none, flip, shift or flip,shift, got flop\n"],
    [
      "--lr",
      "1e30",
      3,
      /^validation: .*\nlogits learn train: Cannot train: loss and weights must stay finite, got others in epoch 1\n {2}A lower learning rate may help\.\n$/,
    ],
    [
      "--classes",
      "a,b",
      3,
      "logits learn train: Cannot use test_labels of bands.npz: a label must be 0 … 1, got 2 at example 2\n",
    ],
  ] as const)("%s %s", async (flag, value, status, message) => {
    const [ended, err] = await refusal(...small("refused", flag, value));
    if (typeof message === "string") expect(err).toBe(message);
    else expect(err).toMatch(message);
    expect(ended).toBe(status);
    expect(existsSync(at("refused/model.onnx"))).toBe(false);
  });

  it("--patience beside --overfit, which never stops early", async () => {
    expect(await refusal(...small("refused", "--overfit", "30", "--patience", "3"))).toEqual([
      2,
      "logits: --patience says when to stop early, which --overfit never does: leave one of them out\n",
    ]);
  });

  it("a file where the folder should be", async () => {
    copyFileSync(at("bands.npz"), at("file"));
    expect(await refusal(...small("file"))).toEqual([
      3,
      "logits learn train: Cannot write file: it must be a folder, got a file\n",
    ]);
    expect(await refusal(...small("file/below"))).toEqual([
      3,
      "logits learn train: Cannot write file/below: it must be a folder, got a file\n",
    ]);
  });
});

describe("the help of learn", () => {
  it("lists its commands, and theirs their flags, in either order of words", async () => {
    const { out } = await logits("learn", "--help");
    expect(out).toMatch(/^Usage: logits learn COMMAND …\n/);
    expect(out).toMatch(/\n {2}train +Train a network/);
    const flags = (await logits("learn", "train", "--help")).out;
    expect(flags).toMatch(
      /^Usage: logits learn train \[FLAGS\]\n[^]*--overfit N[^]*-o, --output DIR|^Usage: logits learn train \[FLAGS\]\n[^]*-o, --output DIR[^]*--overfit N/,
    );
    expect((await logits("help", "learn", "train")).out).toBe(flags);
    expect((await logits("help", "learn")).out).toBe(out);
  });
});
