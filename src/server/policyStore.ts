import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LogitsError, type PolicyState } from "../core/index.js";
import { validatePolicy } from "../decide/index.js";
import { filesOf, type Generation, makeGeneration, type PolicySources, readTexts, type Serving } from "./generation.js";
import { finishFiles, replaceFiles, writeText, written } from "./policyFiles.js";

/** In place of a version: what holds for all policies. */
const every = "*";

export interface StoreOptions {
  sources: PolicySources;
  /** Where revocations are kept, so that a restart does not bring a contract back; absent: in memory. */
  stateFile?: string;
  /** Called with a generation before it serves: what it does (a record in the trail) must succeed, or the old one stays. */
  before?: (next: Generation) => Promise<void>;
  /** Told what happened. */
  said?: (event: {
    what: "serves" | "refused" | "revoked" | "reinstated";
    message: string;
    generation: number;
  }) => void;
}

/** Which policies serve. A new generation is read and checked as a whole, then takes the old one's place between two requests. */
export class PolicyStore {
  readonly #options: StoreOptions;
  readonly #states = new Map<string, PolicyState>();
  #current: Generation;
  #previous: Generation | undefined;
  #refused: string | undefined;
  /** Changes wait for one another. */
  #queue: Promise<unknown> = Promise.resolve();
  /** The files as they were when they were last read: taken before, so that a change meanwhile shows. */
  #served: string;
  #watch: NodeJS.Timeout | undefined;
  /** Whether states could not be written: a contract that was revoked while the disk was full must stay so after a restart. */
  #unkept = false;
  failures = 0;

  constructor(options: StoreOptions) {
    this.#options = options;
    for (const state of readStates(options.stateFile)) this.#states.set(state.policy, state);
    finishFiles(options.sources);
    this.#served = signature(options.sources);
    this.#current = this.#generation(readTexts(options.sources), 1);
  }

  get current(): Generation {
    return this.#current;
  }
  get previous(): Generation | undefined {
    return this.#previous;
  }
  /** Why the files as they are now do not serve; undefined when they do. */
  get refused(): string | undefined {
    return this.#refused;
  }

  /** The policy that a request asks for. */
  find(generation: Generation, name: string | undefined): Serving {
    const found =
      name === undefined
        ? generation.main
        : (generation.named.get(name) ?? [...generation.named.values()].find(({ version }) => version === name));
    if (found) return found;
    const names = [...generation.named.keys()].join(", ");
    throw new LogitsError("bad-argument", `Cannot decide: policy must be one of ${names}, got ${name ?? "none named"}`);
  }

  /** Reads the files again; when they are wrong, the old generation goes on and this says why. */
  reload(): Promise<Generation> {
    return this.#change(async () => {
      const texts = readTexts(this.#options.sources);
      if (!sameTexts(texts, this.#current.texts)) return this.#serve(texts);
      this.#refused = undefined;
      return this.#current;
    }).catch((error: Error) => {
      this.failures++;
      this.#refused = error.message;
      this.#options.said?.({ what: "refused", message: error.message, generation: this.#current.number });
      throw error;
    });
  }

  /** A new document for a policy, written to its file so that a restart serves it too. */
  put(document: unknown, name?: string): Promise<Generation> {
    return this.#change(async () => {
      const policy = validatePolicy(document);
      const wanted = name ?? policy.name ?? this.#current.main?.name;
      const { file } = this.find(this.#current, wanted);
      const text = `${JSON.stringify(document, undefined, 2)}\n`;
      const texts = new Map([...this.#current.texts, [file, text]]);
      const write = (wanted: ReadonlyMap<string, string>): void => writeText(file, wanted.get(file)!);
      return this.#serve(texts, write);
    });
  }

  /** Back to the generation before this one. */
  rollback(): Promise<Generation> {
    return this.#change(async () => {
      const back = this.#previous;
      if (!back)
        throw new LogitsError(
          "bad-argument",
          "Cannot go back: there must have been another generation, got none since the start",
        );
      const { policy } = this.#options.sources;
      const write = (wanted: ReadonlyMap<string, string>, instead: ReadonlyMap<string, string>): void => {
        const withdrawn = [...instead.keys()].filter((path) => !wanted.has(path));
        replaceFiles(policy, wanted, withdrawn);
      };
      return this.#serve(back.texts, write);
    });
  }

  /** Says of every policy that promises something that it does no longer. */
  revoke(reason: string, at: string = new Date().toISOString()): Promise<Generation> {
    return this.#change(async () => {
      const revoked = { at, reason };
      if (!this.#states.has(every)) this.#states.set(every, { policy: every, revoked });
      const generation = this.#stated("revoked", reason);
      this.#keepStates();
      return generation;
    });
  }

  /** Lets the contracts hold again: a person has looked. */
  reinstate(): Promise<Generation> {
    return this.#change(async () => {
      const before = [...this.#states];
      this.#states.clear();
      try {
        written(this.#options.stateFile ?? "", () => this.#keepStates());
      } catch (error) {
        // A restart would bring the revocation back: so it stands.
        for (const [version, state] of before) this.#states.set(version, state);
        throw error;
      }
      return this.#stated("reinstated", "by hand");
    });
  }

  /** Looks at the files every `every` milliseconds and reads them again once a change has come to rest. */
  watch(every = 500): void {
    let seen = this.#served;
    this.#watch = setInterval(() => {
      if (this.#unkept) this.#change(async () => this.#keepStates()).catch(() => undefined);
      const now = signature(this.#options.sources);
      const rests = now === seen;
      seen = now;
      if (!rests || now === this.#served) return;
      this.#served = now;
      this.reload().catch(() => undefined);
    }, every);
    this.#watch.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.#queue.catch(() => undefined);
  }

  #stated(what: "revoked" | "reinstated", message: string): Generation {
    const { said } = this.#options;
    const { number, texts } = this.#current;
    this.#current = this.#generation(texts, number);
    said?.({ what, message, generation: number });
    return this.#current;
  }

  #keepStates(): void {
    const { stateFile } = this.#options;
    if (stateFile === undefined) return;
    this.#unkept = true;
    writeText(stateFile, `${JSON.stringify([...this.#states.values()], undefined, 2)}\n`);
    this.#unkept = false;
  }

  /** While an alarm stands, whatever promises something does so no longer: also a policy that came after it. */
  #generation(texts: Map<string, string>, number: number): Generation {
    const make = (): Generation => makeGeneration(this.#options.sources, texts, number, this.#states);
    const next = make();
    const revoked = this.#states.get(every)?.revoked;
    const late = [...next.named.values()].filter(
      ({ policy, version }) => revoked && policy.guarantee && !this.#states.get(version)?.revoked,
    );
    if (!revoked || late.length === 0) return next;
    for (const { version } of late) this.#states.set(version, { policy: version, revoked });
    return make();
  }

  #change<T>(make: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(make);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** @param write brings the files from one state to another; they come first, because what was recorded as serving cannot be taken back. */
  async #serve(
    texts: Map<string, string>,
    write: (wanted: ReadonlyMap<string, string>, instead: ReadonlyMap<string, string>) => void = () => undefined,
  ): Promise<Generation> {
    const { before, said, sources, stateFile = "" } = this.#options;
    const old = this.#current;
    const next = this.#generation(texts, old.number + 1);
    checkSameScores(old, next);
    written(sources.policy, () => write(texts, old.texts));
    try {
      if (this.#states.has(every)) written(stateFile, () => this.#keepStates());
      await before?.(next);
    } catch (error) {
      written(sources.policy, () => write(old.texts, texts));
      throw error;
    }
    // Between two requests: whoever took the old one finishes with it.
    this.#previous = this.#current;
    this.#current = next;
    this.#refused = undefined;
    const names = [...next.named.values()].map(({ name, version }) => `${name} ${version}`).join(", ");
    said?.({ what: "serves", message: names, generation: next.number });
    return next;
  }
}

/** Callers go on sending the scores that they send: a policy of other classes is another service. */
function checkSameScores(current: Generation, next: Generation): void {
  if (current.main && !next.main)
    throw new LogitsError(
      "bad-data",
      `Cannot serve ${[...next.named.keys()].join(", ")}: one must stay the main policy, because callers name none, got none`,
      { hint: 'Name it "default", or leave it alone.' },
    );
  for (const one of next.named.values()) {
    const { file, policy } = one;
    const before = one === next.main ? current.main : [...current.named.values()].find((old) => old.file === file);
    try {
      if (before) validatePolicy(policy, before.policy.classes);
    } catch (error) {
      if (!LogitsError.isInstance(error)) throw error;
      throw new LogitsError(
        error.code,
        `Cannot serve ${file} in place of ${before!.name}: the classes must stay those that callers send; ${error.message}`,
        { hint: "Start another service, or serve it under a file of its own.", cause: error },
      );
    }
  }
}

function sameTexts(a: Map<string, string>, b: Map<string, string>): boolean {
  return a.size === b.size && [...a].every(([path, text]) => b.get(path) === text);
}

/** Changes when a file does: also where another of the same size and date takes its place, as copies and archives keep dates. */
function signature(sources: PolicySources): string {
  try {
    return filesOf(sources)
      .map((path) => {
        const { size, mtimeMs, ctimeMs, ino } = statSync(path);
        return `${path} ${size} ${mtimeMs} ${ctimeMs} ${ino}`;
      })
      .join("\n");
  } catch (error) {
    return `unreadable: ${(error as Error).message}`;
  }
}

function readStates(file: string | undefined): PolicyState[] {
  if (file === undefined || !existsSync(file)) return [];
  try {
    const states: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (Array.isArray(states) && states.every((one) => typeof one?.policy === "string")) return states;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  // Begun anew it would let a contract hold that was revoked.
  throw new LogitsError(
    "bad-data",
    `Cannot read ${file}: it must be a list of states of policies, got something else`,
    {
      hint: "It keeps which contracts were revoked: take it away to let all hold again.",
    },
  );
}

export const stateFileIn = (folder: string): string => join(folder, "state.json");
