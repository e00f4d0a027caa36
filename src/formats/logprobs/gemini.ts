import {
  besides,
  chosen,
  type Draft,
  type DraftToken,
  first,
  integer,
  list,
  object,
  type Shape,
  text,
} from "./shape.js";

/** Gemini and Vertex: `candidates[].logprobsResult: {chosenCandidates: [{token, tokenId, logProbability}], topCandidates: [{candidates: […]}]}`. */
export const gemini: Shape = {
  name: "gemini",
  help: "Gemini and Vertex generateContent, and its stream",
  matches: (json) => Array.isArray(object(first(object(json)["candidates"])["logprobsResult"])["chosenCandidates"]),
  read(json, options) {
    const notes: string[] = [];
    const candidate = chosen(object(json)["candidates"], options, notes, "Candidate");
    const result = object(candidate["logprobsResult"]);
    const tokens = list(result["chosenCandidates"]);
    const tops = besides(result["topCandidates"], tokens, "topCandidates");
    const draft: Draft = {
      engine: "gemini",
      apart: true,
      steps: tokens.map((token, i) => ({
        ...tokenOf(token),
        top: list(object(tops[i])["candidates"]).map(tokenOf),
      })),
      notes,
    };
    const parts = list(object(candidate["content"])["parts"]).map((part) => text(object(part)["text"]));
    if (parts.some((part) => part !== undefined)) draft.text = parts.join("");
    return draft;
  },
  streams: (event) => Array.isArray(object(event)["candidates"]),
  gather: (events) => {
    const candidates = events.map((event) => first(object(event)["candidates"]));
    const results = candidates.map((candidate) => object(candidate["logprobsResult"]));
    return {
      candidates: [
        {
          content: { parts: candidates.flatMap((candidate) => list(object(candidate["content"])["parts"])) },
          logprobsResult: {
            chosenCandidates: results.flatMap((result) => list(result["chosenCandidates"])),
            topCandidates: results.flatMap((result) => list(result["topCandidates"])),
          },
        },
      ],
    };
  },
};

/** `logProbability` is an optional field: where it is absent there is no number, not 0. */
function tokenOf(value: unknown): DraftToken {
  const { token, tokenId, logProbability } = object(value);
  const id = integer(tokenId);
  return { ...(id === undefined ? {} : { id }), text: text(token) ?? null, value: logProbability };
}
