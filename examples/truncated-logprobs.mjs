// What a server's logprobs still say: three answers with the two most probable tokens of 32,000 each, their label, and how far it can be known.
//
//     node examples/truncated-logprobs.mjs
import { fileURLToPath } from "node:url";
import { entropyBounds, scoreLabels, temperatureFrom, truncatedOf } from "logits/bounds";
import { readLogprobs } from "logits/formats";

/** A chat completion of one token, as an OpenAI-compatible server sends it. */
const answer = (token, ...listed) => ({
  object: "chat.completion",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: token },
      logprobs: {
        content: [
          {
            token,
            logprob: Math.log(listed.find(([one]) => one === token)[1]),
            top_logprobs: listed.map(([one, p]) => ({ token: one, logprob: Math.log(p) })),
          },
        ],
      },
    },
  ],
});

const answers = [
  answer("yes", ["yes", 0.93], ["no", 0.06]),
  answer("yes", ["yes", 0.52], ["Yes", 0.21]),
  answer("no", ["no", 0.71], ["yes", 0.28]),
];

/** For each answer: entropy as the model's own, and at temperature 1.5; the log-probability of each label, or where it lies. */
export async function table() {
  const rows = [];
  for (const payload of answers) {
    const capture = await readLogprobs(payload, { engine: "vllm" });
    const step = truncatedOf(capture.steps[0], capture, { vocabulary: 32_000 });
    rows.push({
      entropy: entropyBounds(step),
      warmer: entropyBounds(step, { temperature: temperatureFrom(capture, 1.5) }),
      labels: scoreLabels(capture, ["yes", "no"]).scores,
    });
  }
  return rows;
}

const ends = ({ lo, hi }) => `${lo.toFixed(2)} … ${hi.toFixed(2)}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { entropy, warmer, labels } of await table()) {
    const [yes, no] = labels.map((score) =>
      score.logprob === undefined ? `${ends(score)} (not listed)` : score.logprob.toFixed(2),
    );
    console.log(`entropy ${ends(entropy)}, at T 1.5 ${ends(warmer)}; ln p of yes ${yes}, of no ${no}`);
  }
}
