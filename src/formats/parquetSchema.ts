import type { FileMetaData, SchemaElement } from "hyparquet";
import type { ColumnInfo } from "./columnRoles.js";
import type { PhysicalType } from "./parquetDecode.js";

/** A top-level column of a Parquet file. */
export interface ParquetColumn extends ColumnInfo {
  /** Its place among the column chunks of a row group; −1 when it has several (a struct, a map). */
  chunk: number;
  /** How its values lie in a page, when they can be decoded here. */
  physical: PhysicalType | undefined;
  /** The definition level of a value that is there, and the repetition level of a value inside a list. */
  definition: number;
  repetition: number;
}

/** The top-level columns, in file order. The schema is a tree written depth first: each element says how many children follow. */
export function parquetColumns({ schema }: FileMetaData): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  let at = 1;
  let chunk = 0;
  const root = schema[0]?.num_children ?? 0;
  for (let i = 0; i < root; i++) {
    const path: SchemaElement[] = [];
    let leaves = 0;
    let open = 1;
    while (open > 0) {
      const element = schema[at++];
      if (!element) throw new RangeError("a schema that ends too early");
      path.push(element);
      const children = element.num_children ?? 0;
      if (children === 0) leaves++;
      open += children - 1;
    }
    columns.push(columnOf(path, leaves, chunk));
    chunk += leaves;
  }
  return columns;
}

function columnOf(path: SchemaElement[], leaves: number, chunk: number): ParquetColumn {
  const name = path[0]!.name;
  const leaf = path.at(-1)!;
  const repetition = path.filter((element) => element.repetition_type === "REPEATED").length;
  const definition = path.filter((element) => element.repetition_type !== "REQUIRED").length;
  const base = { name, chunk: leaves === 1 ? chunk : -1, definition, repetition };
  const [physical, type] = typeOf(leaf);
  const isNumber = physical !== undefined && physical !== "text" && physical !== "bits";
  if (leaves !== 1) return { ...base, kind: "other", type: "a structure", physical: undefined };
  if (path.length === 1 && repetition === 0)
    return isNumber
      ? { ...base, kind: "number", type, physical, whole: !/^b?f/.test(physical) }
      : { ...base, kind: "other", type, physical };
  if (repetition === 1 && isNumber) return { ...base, kind: "list", type: `lists of ${type}`, physical };
  return { ...base, kind: "other", type: repetition > 0 ? `lists of ${type}` : "a structure", physical: undefined };
}

function typeOf({
  type,
  converted_type: converted,
  logical_type: logical,
  type_length: length,
}: SchemaElement): [PhysicalType | undefined, string] {
  switch (type) {
    case "FLOAT":
      return ["f4", "f4"];
    case "DOUBLE":
      return ["f8", "f8"];
    case "BOOLEAN":
      return ["bits", "boolean"];
    case "FIXED_LEN_BYTE_ARRAY":
      if (logical?.type === "FLOAT16" && length === 2) return ["f2", "f2"];
      break;
    case "BYTE_ARRAY":
      if (converted !== "DECIMAL" && logical?.type !== "DECIMAL") return ["text", "text"];
      break;
    case "INT32":
    case "INT64": {
      const integer = converted === undefined || /^U?INT_/.test(converted);
      if (!integer || (logical && logical.type !== "INTEGER")) break;
      const unsigned = converted?.startsWith("UINT") || (logical?.type === "INTEGER" && !logical.isSigned);
      const code = `${unsigned ? "u" : "i"}${type === "INT32" ? 4 : 8}` as const;
      return [code, code];
    }
  }
  return [undefined, (logical?.type ?? converted ?? type ?? "unknown").toLowerCase()];
}
