import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Numbers of other libraries, written by the program beside them. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`../golden/${name}.json`, import.meta.url)), "utf8")) as T;
}
