import { type Descriptor, LogitsError, type Param, rangeText } from "../core/index.js";

/** A parameter as the command line sees it: which methods read it is part of its help. */
export interface MethodFlag extends Param {
  methods: string[];
}

/** One flag a parameter name. Methods that share a name share its type; defaults may differ, and then none is printed. */
export function methodFlags(family: readonly Descriptor[]): MethodFlag[] {
  const flags = new Map<string, MethodFlag>();
  for (const method of family) {
    for (const param of method.params) {
      const flag = flags.get(param.name);
      if (!flag) {
        flags.set(param.name, { ...param, methods: [method.name] });
        continue;
      }
      if (flag.type !== param.type) {
        throw new LogitsError(
          "bad-argument",
          `Cannot make a flag of ${param.name}: ${flag.methods[0]} and ${method.name} must agree on its type`,
        );
      }
      flag.methods.push(method.name);
      if (flag.default !== param.default) delete flag.default;
    }
  }
  return [...flags.values()];
}

/** "Number of bins (an integer ≥ 1; default 15; for ece, mce)." */
export function paramHelp(param: Param, methods?: readonly string[]): string {
  const facts = [param.type === "boolean" || param.type === "string" ? "" : rangeText(param)];
  if (param.default !== undefined && param.default !== "" && param.type !== "boolean")
    facts.push(`default ${param.default}`);
  if (param.noop !== undefined && param.noop !== "") facts.push(`${param.noop} changes nothing`);
  if (methods && methods.length > 0) facts.push(`for ${methods.join(", ")}`);
  const stated = facts.filter(Boolean).join("; ");
  return stated ? `${param.help} (${stated})` : param.help;
}
