import { plainBuiltIn } from "../models/plainBuiltIn.js";
import { generateText } from "../plan/generate.js";
import { chainOfSettings, sampleRow } from "../plan/sample.js";
import { waterfall } from "./sampleText.js";

const prompt = "She was";
const settings = { temperature: 0.8, topK: 40, topP: 0.9, minP: 0.05 };
const seed = 7;

/** The built-in model writes on, and its first token is looked at: by the words of `logits sample --trace --why`. */
export async function writingStory(): Promise<{ lines: string[]; document: object }> {
  const model = await plainBuiltIn();
  try {
    const chain = chainOfSettings(settings);
    const written = await generateText(model, { prompt, chain, seed, maxTokens: 24 });
    const ids = await model.tokenize(prompt, { bos: true, special: true });
    const logits = await model.next(ids);
    const step = { chain, seed, top: 5, trace: true, textOf: textOf(model.tokenBytes) };
    const { trace = [] } = sampleRow(logits, step);
    // The most probable token that the last sampler to act removed: the nearest miss.
    const missed = trace.findLast(({ removed }) => removed.length > 0)!.removed[0]!.id;
    const drawn = sampleRow(logits, { ...step, why: missed });
    const flags = "--temperature 0.8 --top-k 40 --top-p 0.9 --min-p 0.05 --seed 7";
    return {
      lines: [
        "3. A language model writes: 1.7 million weights, trained on Jane Austen, on this machine.",
        "",
        ...folded(`“${prompt}${written.text.replaceAll(/\s+/g, " ")} …”`),
        "",
        `   Its first token was ${JSON.stringify(drawn.text)}, drawn from ${drawn.kept} of ${model.vocabSize.toLocaleString("en")}. What every sampler left:`,
        "",
        ...waterfall(trace, model.vocabSize, 4).map((line) => `     ${line}`),
        "",
        "   Why not another?",
        `     ${drawn.why!.text}`,
        "",
        `   logits generate --prompt ${JSON.stringify(prompt)} ${flags} --trace`,
      ],
      document: { prompt, ...written, first: { ...drawn, trace } },
    };
  } finally {
    await model.close();
  }
}

function textOf(tokenBytes: (id: number) => Uint8Array | undefined): (id: number) => string {
  return (id) => new TextDecoder().decode(tokenBytes(id));
}

/** In lines of at most 76 letters, after three spaces. */
function folded(text: string): string[] {
  return (text.match(/.{1,76}(?: |$)/g) ?? [text]).map((line) => `   ${line.trimEnd()}`);
}
