// GPT-2's byte-level tokens as GGUF and tokenizer.json spell them, and its merges, from the ranks that the published vocabulary keeps.
import { readFileSync } from "node:fs";

/** Bytes that are printable stand for themselves, the others for the letters from U+0100 on. */
const letters = (() => {
  const own = (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(own(byte) ? byte : next++));
})();

/** r50k_base.tiktoken: a line a token, base64 of its bytes and its rank. */
export function gpt2Tokens(path) {
  const tokens = [];
  for (const line of readFileSync(path, "latin1").split("\n")) {
    const [bytes, rank] = line.split(" ");
    if (rank !== undefined)
      tokens[Number(rank)] = Array.from(Buffer.from(bytes, "base64"), (byte) => letters[byte]).join("");
  }
  const rankOf = new Map(tokens.map((token, rank) => [token, rank]));
  const merges = tokens.filter((token) => token.length > 1).map((token) => lastMerge(token, rankOf));
  return { tokens: [...tokens, "<|endoftext|>"], merges };
}

/** The two tokens whose merge makes this one: what is left when every earlier merge has been made. */
function lastMerge(token, rankOf) {
  const limit = rankOf.get(token);
  const parts = [...token];
  while (parts.length > 2) {
    let best = -1;
    let bestRank = limit;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = rankOf.get(parts[i] + parts[i + 1]);
      if (rank !== undefined && rank < bestRank) [best, bestRank] = [i, rank];
    }
    parts.splice(best, 2, parts[best] + parts[best + 1]);
  }
  return parts.join(" ");
}
