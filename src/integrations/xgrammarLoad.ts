import type * as Xgrammar from "@mlc-ai/web-xgrammar";
import { LogitsError } from "../core/index.js";

export type { CompiledGrammar, GrammarCompiler } from "@mlc-ai/web-xgrammar";

let loaded: Promise<typeof Xgrammar> | undefined;

/**
 * @mlc-ai/web-xgrammar, loaded once.
 *
 * Its file is a script (UMD) in a package that says it holds modules. So in Node and in browsers without a bundler it defines a global instead of exporting,
 * and in Node it looks for `require` and `__filename`, which modules do not have: they are lent to it until its WebAssembly has started.
 *
 * @throws LogitsError `missing-package`
 */
export function loadXgrammar(): Promise<typeof Xgrammar> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<typeof Xgrammar> {
  const takeBack = lend(nodeGlobals());
  const { error } = console;
  console.error = listening(error);
  try {
    const module: Partial<typeof Xgrammar> = await import("@mlc-ai/web-xgrammar");
    const exported = module.Grammar ? module : (globalThis as { xgrammar?: unknown }).xgrammar;
    const found = exported as typeof Xgrammar;
    (await found.Grammar.builtinJSONGrammar()).dispose();
    return found;
  } catch (cause) {
    const hint = "npm install @mlc-ai/web-xgrammar";
    const message = `Cannot use a grammar: @mlc-ai/web-xgrammar must be installed, got ${(cause as Error).message}`;
    throw new LogitsError("missing-package", message, { cause, hint });
  } finally {
    console.error = error;
    takeBack();
  }
}

interface NodeProcess {
  getBuiltinModule?(name: "module"): { createRequire(url: string): unknown };
}

/** What a CommonJS file finds; nothing outside Node. */
function nodeGlobals(): Record<string, unknown> {
  const { process } = globalThis as { process?: NodeProcess };
  const builtin = process?.getBuiltinModule?.("module");
  if (!builtin) return {};
  return { require: builtin.createRequire(import.meta.url), __filename: "xgrammar.js", __dirname: "." };
}

/** Defines globals that are not there; gives back how to remove them. */
function lend(globals: Record<string, unknown>): () => void {
  const names = Object.keys(globals).filter((name) => !(name in globalThis));
  for (const name of names) Object.defineProperty(globalThis, name, { value: globals[name], configurable: true });
  return () => {
    for (const name of names) Reflect.deleteProperty(globalThis, name);
  };
}

let complaint: string | undefined;

/** Its WebAssembly writes why it failed to the console it found at its start, and throws an error that does not say it. */
function listening(error: typeof console.error): typeof console.error {
  return (...args) => {
    const text = String(args[0]);
    if (text.includes("[FATAL]")) complaint = text.replace(/^.*?\.cc:\d+: /s, "").trim();
    else if (!text.startsWith("Aborted(")) error(...args);
  };
}

/** Why the last call failed. */
export function reasonOf(error: unknown): string {
  const reason = complaint ?? (error instanceof Error ? error.message : String(error));
  complaint = undefined;
  return reason;
}
