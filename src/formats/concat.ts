import { type LabelInfo, LogitsError, type Source } from "../core/index.js";

const counted = ({ base }: LabelInfo): string => (typeof base === "number" ? `counted from ${base}` : `as ${base}`);

/** Several sources as one table, in the order given. They must agree on classes, kind and whether there are labels. */
export function concatSources(sources: readonly Source[]): Source {
  const [first, ...others] = sources;
  if (!first) throw new LogitsError("bad-argument", "Cannot join tables: there must be at least 1, got 0");
  for (const [i, other] of others.entries()) {
    const differ = (what: string, got: unknown, hint?: string): never => {
      throw new LogitsError(
        "mismatch",
        `Cannot read these files as one table: file ${i + 2} must have the ${what} of the first, got ${got}`,
        hint === undefined ? {} : { hint },
      );
    };
    if (other.classes.length !== first.classes.length) differ(`${first.classes.length} classes`, other.classes.length);
    if (other.classes.some((name, k) => name !== first.classes[k]))
      differ("class names", other.classes.slice(0, 5).join(", "));
    if (other.capture.kind !== first.capture.kind) differ(`kind (${first.capture.kind})`, other.capture.kind);
    if ((other.labels === undefined) !== (first.labels === undefined))
      differ("labels", other.labels ? "labels" : "none");
    if (other.labels && other.labels.base !== first.labels!.base)
      differ(`labels ${counted(first.labels!)}`, counted(other.labels), "--label-base 0 or 1 says how integers count.");
  }
  const joined: Source = {
    ...first,
    notes: [...sources.flatMap(({ notes }) => notes), `${sources.length} files as one table`],
    async *batches(options) {
      let offset = 0;
      for (const source of sources) {
        for await (const batch of source.batches(options)) {
          yield { ...batch, offset };
          offset += batch.rows;
        }
      }
    },
  };
  delete joined.rows;
  if (sources.every(({ rows }) => rows !== undefined)) joined.rows = sources.reduce((sum, { rows }) => sum + rows!, 0);
  return joined;
}
