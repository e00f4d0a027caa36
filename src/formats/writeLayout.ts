import { besideNames, type Outline } from "./writeTable.js";

/** More classes than this go into one column of lists. */
const mostColumns = 2000;
/** Names that a reader of the file would take for labels or ids. */
const meaning = new Set(["label", "labels", "target", "truth", "y", "id"]);

/** One column a class, by name; or one column of lists (no `names`) where the classes are too many or their names mean something else. */
export function columnLayout(outline: Outline, classes: string[]): { names?: string[]; notes: string[] } {
  const beside = [...outline.slices, "id", "label"];
  const clash = classes.find(
    (name, k) => meaning.has(name.toLowerCase()) || beside.includes(name) || classes.indexOf(name) !== k,
  );
  if (classes.length <= mostColumns && clash === undefined) {
    besideNames(outline, classes);
    return { names: classes, notes: [] };
  }
  besideNames(outline, [outline.key]);
  const why =
    clash === undefined
      ? `${classes.length} classes are many`
      : `the class name ${clash} means something else in a table`;
  return { notes: outline.named ? [`Scores are written as one column of lists, without class names: ${why}.`] : [] };
}
