// Jane Austen's six novels → text.tokens.u16, the GPT-2 tokens that train.py reads.
//
//   apt-get download r-cran-janeaustenr && dpkg -x r-cran-janeaustenr_*.deb austen
//   npm install --no-save gpt-tokenizer@4.0.0
//   node scripts/model/text.mjs austen/usr/lib/R/site-library/janeaustenr/data/Rdata.rdb OUT.u16
//
// The file is R's: novels one after another, each a length and a zlib stream that holds a serialised vector of lines.
import { readFileSync, writeFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { encode } from "gpt-tokenizer/encoding/r50k_base";

const [database, output] = process.argv.slice(2);
const END_OF_TEXT = 50256;
/** A piece for training ends with the paragraph in which it reaches this many characters, so that the model learns to end. */
const PIECE = 600;

const tokens = [];
for (const lines of novels(readFileSync(database))) {
  for (const piece of pieces(paragraphs(lines))) tokens.push(...encode(piece), END_OF_TEXT);
}
writeFileSync(output, Uint16Array.from(tokens));
process.stdout.write(
  `${tokens.length} tokens, ${new Set(tokens).size} different, ${tokens.filter((t) => t === END_OF_TEXT).length} pieces\n`,
);

function* novels(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const { buffer, engine } = inflateSync(bytes.subarray(at + 4), { info: true });
    at += 4 + engine.bytesWritten;
    yield stringVector(buffer);
  }
}

/** R's serialisation, version 3: the header, then a vector of strings, each its flags, its length (−1 is missing) and its bytes. */
function stringVector(bytes) {
  let at = 2 + 12;
  at += 4 + bytes.readInt32BE(at) + 4;
  const lines = new Array(bytes.readInt32BE(at));
  at += 4;
  for (let i = 0; i < lines.length; i++) {
    const length = Math.max(0, bytes.readInt32BE(at + 4));
    lines[i] = bytes.toString("utf8", at + 8, at + 8 + length);
    at += 8 + length;
  }
  return lines;
}

/** Lines joined to paragraphs; headings, the publisher's marks and Gutenberg's underscores left out. */
function paragraphs(lines) {
  const found = lines
    .join("\n")
    .split(/\n\s*\n/)
    .map((text) =>
      text.replaceAll(/\s+/g, " ").replaceAll("_", "").replaceAll("--", " -- ").replaceAll(/ +/g, " ").trim(),
    );
  return found.filter(
    (text) => text.length > 20 && /[a-z]/.test(text) && !/^(chapter|volume|by jane|\(?1[78]\d\d)/i.test(text),
  );
}

function* pieces(list) {
  let piece = "";
  for (const paragraph of list) {
    piece += (piece ? "\n" : "") + paragraph;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece) yield piece;
}
