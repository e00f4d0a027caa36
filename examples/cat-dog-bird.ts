// A cat, a dog or a bird? A small network learns it; its logits of one picture, what softmax makes of them, how sure it is and how often right.
//
//     npm run example -- cat-dog-bird PICTURES.npz
//
// builds and runs it in a clone, with what npm ci installed. Node 22.18 or newer also runs it as it is, after npm run build: node examples/cat-dog-bird.ts PICTURES.npz.
// PICTURES.npz holds train_images (rows × 32 × 32 × 3 bytes), train_labels (cat 0, dog 1, bird 2), test_images and test_labels; without a file the pictures are
// CIFAR-10's, fetched once from its home page.
import { pathToFileURL } from "node:url";
import { calibrate, evaluate, explain, predictions, triage, applyCalibrator, type Batch } from "logits";
import { conv, dense, linear, network, openExamples, pool, predict, select, train } from "logits/learn";

export interface Lesson {
  /** Of the network, on pictures that it has not learned from. */
  accuracy: number;
  confidence: number;
  temperature: number;
  ece: { before: number; after: number };
  torn: number;
  confidentlyWrong: number;
}

/** The whole lesson, said line by line. */
export async function lesson(
  source: string,
  {
    images = 2000,
    epochs = 50,
    say = console.log,
  }: { images?: number; epochs?: number; say?: (line: string) => void } = {},
): Promise<Lesson> {
  const classes = ["cat", "dog", "bird"];
  const { train: all, validation, test } = await openExamples(source, { classes });
  const count = Math.min(images, all.labels.length);
  const data = select(
    all,
    Array.from({ length: count }, (_, row) => row),
  );

  say(`Learning from ${pictures(count)}:`);
  const start = network([conv(8), pool(), conv(16), pool(), dense(64), linear(3)], { input: data.shape, classes });
  const { network: net } = await train(start, data, {
    epochs,
    schedule: "constant",
    onEpoch: ({ epoch, loss, accuracy }) =>
      say(`  epoch ${epoch}: loss ${loss.toFixed(3)}, right ${percent(accuracy)}`),
  });

  const logits = await predict(net, test);
  const [row] = rowsOf(logits);
  say(
    `\nThe first test picture is a ${classes[test.labels[0]!]}. Its logits are ${row!.map((z) => z.toFixed(2)).join(", ")}.`,
  );
  say(`Softmax makes of them: ${explain(row!, { classes }).text}.`);

  const before = predictions(logits);
  const [accuracy, confidence] = [mean(before.correct!), mean(before.confidence)];
  say(
    `\nOf all ${pictures(test.labels.length)} of the test it says ${percent(confidence)}, and is right ${percent(accuracy)} of the time.`,
  );
  say(`Where it says 95 % or more: ${whereSure(logits)}.`);

  const calibrator = await calibrate(await predict(net, validation), { method: "temperature" });
  const temperature = Number(calibrator.params["temperature"]);
  const cooled = applyCalibrator(logits, calibrator);
  const ece = { before: await eceOf(logits), after: await eceOf(cooled) };
  say(
    `\nA temperature of ${temperature.toFixed(2)}, fitted on other pictures, takes ECE from ${ece.before.toFixed(3)} to ${ece.after.toFixed(3)}.`,
  );
  say(`The first picture then: ${explain(row!, { classes, calibrator }).text}.`);
  say(`Where it still says 95 % or more: ${whereSure(cooled)}.`);

  const { items, counts } = await triage(logits, { classes, top: 3 });
  for (const verdict of ["torn", "confidentlyWrong"] as const) {
    say(
      `\n${verdict === "torn" ? "Torn between two" : "Confidently wrong"}: ${pictures(counts[verdict])}${counts[verdict] > 0 ? ", such as" : ""}`,
    );
    for (const item of items.filter((one) => one.verdict === verdict)) say(`  picture ${item.row}: ${item.text}`);
  }
  return { accuracy, confidence, temperature, ece, torn: counts.torn, confidentlyWrong: counts.confidentlyWrong };
}

const rowsOf = ({ values, rows, classes }: Batch): number[][] =>
  Array.from({ length: rows }, (_, row) => Array.from(values.slice(row * classes, (row + 1) * classes)));

const eceOf = async (batch: Batch): Promise<number> =>
  (await evaluate(batch, { metrics: ["ece"], replicates: 0 })).metrics["ece"]!.value;

function whereSure(batch: Batch): string {
  const { confidence, correct } = predictions(batch);
  const sure = Array.from(correct!).filter((_, row) => confidence[row]! >= 0.95);
  return sure.length === 0 ? "nowhere" : `${pictures(sure.length)}, right ${percent(mean(sure))}`;
}

const mean = (xs: ArrayLike<number>): number => Array.from(xs).reduce((total, x) => total + x, 0) / xs.length;
const pictures = (count: number): string => `${count} picture${count === 1 ? "" : "s"}`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  await lesson(process.argv[2] ?? "cifar10-animals").catch((error: Error) => {
    console.error(
      `${error.message}\nPictures from a file: npm run example -- cat-dog-bird PICTURES.npz; the first lines of examples/cat-dog-bird.ts say what must be in there.`,
    );
    process.exitCode = 1;
  });
