import type { Batch } from "../core/index.js";
import type { RecordKind } from "./audit/record.js";
import type { Trail } from "./audit/trail.js";
import { CalibrationWindow } from "./calibrationWindow.js";
import { type Count, decideRows } from "./deciding.js";
import type { Generation, PolicySources, Serving } from "./generation.js";
import type { Log } from "./logger.js";
import { labelValue, Metrics } from "./metrics.js";
import { PolicyStore, stateFileIn } from "./policyStore.js";
import { Decided } from "./remembered.js";
import { RequestIds } from "./requestIds.js";
import type { RequestRows } from "./requestRows.js";
import { type Keep, scoresKept } from "./scoresKept.js";
import { keepWatch, type Watching, watching } from "./watching.js";

export interface ServiceOptions extends PolicySources {
  /** Where decisions are recorded before they are answered; absent: nowhere. */
  trail?: Trail;
  /** Folder of the trail: revoked contracts and the watch are kept there too. */
  folder?: string;
  /** Which scores records hold; default "auto": those of requests up to 64 KiB. */
  keep?: Keep;
  log?: Log;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** A late truth. */
export interface Label {
  id: string;
  row?: number;
  label: string;
}

export interface Learned {
  /** Labels that are new, and recorded. */
  accepted: number;
  /** Of these, those whose decision is remembered. */
  matched: number;
  /** Labels that were told before: nothing is recorded twice. */
  repeated: number;
  /** Ids of decisions that are not remembered. */
  unknown: string[];
  /** Ids whose label is no class of the policy that decided: recorded, but no part of the calibration error. */
  otherClass: string[];
}

/** What the service does, without HTTP. */
export class Service {
  readonly policies: PolicyStore;
  readonly metrics: Metrics = new Metrics();
  readonly window: CalibrationWindow = new CalibrationWindow();
  readonly trail: Trail | undefined;
  readonly now: () => number;
  readonly log: Log | undefined;
  watching: Watching | undefined;
  /** Set when the service is about to end: load balancers should look elsewhere. */
  draining = false;
  readonly #options: ServiceOptions;
  readonly #ids = new RequestIds();
  readonly decided: Decided = new Decided(this.#ids);
  readonly #series = new Map<string, string>();
  #tried = -Infinity;
  #closed: Promise<void> | undefined;

  /** Checks everything, and says in the trail what serves. */
  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options);
    await service.say("start", { node: process.version });
    await service.#sayPolicies(service.policies.current);
    service.policies.watch();
    return service;
  }

  private constructor(options: ServiceOptions) {
    const { folder, log, trail, now = Date.now } = options;
    this.#options = options;
    this.trail = trail;
    this.now = now;
    this.log = log;
    this.policies = new PolicyStore({
      sources: options,
      ...(folder !== undefined && { stateFile: stateFileIn(folder) }),
      before: async (next) => {
        const ready = this.#ready(next);
        await this.#sayPolicies(next);
        this.watching = ready;
      },
      said: ({ what, message, generation }) => {
        if (what === "refused" || what === "revoked") log?.error({ what, generation }, message);
        else log?.info({ what, generation }, message);
      },
    });
    this.watching = this.#ready(this.policies.current);
  }

  /**
   * Decides, records, and gives the answer as JSON once its record is safe. Rows are let go before that: a request that waits for the disk holds little more
   * than its answer.
   */
  decide({ batch, id, policy, own }: RequestRows): Promise<string> {
    const generation = this.policies.current;
    const serving = this.policies.find(generation, policy);
    const given = id ?? this.#ids.take();
    const request = typeof given === "string" ? given : this.#ids.text(given);
    const { decided } = this;
    const start = decided.next;
    const { answer, record, counts, disagreements } = decideRows(generation, serving, batch, request, this.#keepRow);
    if (serving === generation.main) this.#look(batch);
    const { ids, rows } = batch;
    const safe = (): string => {
      this.#counted(counts, disagreements);
      decided.add(given, start, rows, ids);
      return answer;
    };
    if (!this.trail) return Promise.resolve(safe());
    // A canary's contract is its own.
    const other = counts.some(({ role }) => role === "canary") ? generation.canary?.state?.revoked : undefined;
    const said = other ? `"canaryRevoked":${JSON.stringify(other)},${record}` : record;
    return this.#record(this.trail, request, serving, batch, said, own).then(safe);
  }

  readonly #keepRow = (p: number, about: string, serving: Serving): void => this.decided.keep(p, about, serving);

  #record(trail: Trail, request: string, serving: Serving, batch: Batch, record: string, own?: boolean): Promise<void> {
    const { version, state } = serving;
    const { json, ...scores } = scoresKept(batch, this.#options.keep ?? "auto", own);
    const revoked = state?.revoked ? `"revoked":${JSON.stringify(state.revoked)},` : "";
    const ids = batch.ids ? `"ids":${JSON.stringify(batch.ids)},` : "";
    const body = `{"policy":"${version}",${json},${ids}${revoked}${record}}`;
    return trail.append({ at: this.now(), kind: "decide", id: request, body, ...scores });
  }

  #counted(counts: readonly Count[], disagreements: number): void {
    for (const { serving, action, role, rows } of counts) {
      const key = `${serving.name}\n${action}\n${role}`;
      let labels = this.#series.get(key);
      if (labels === undefined) {
        labels = `policy="${labelValue(serving.name)}",action="${labelValue(action)}",role="${role}"`;
        this.#series.set(key, labels);
      }
      this.metrics.count("logits_decisions_total", labels, rows);
    }
    if (disagreements > 0) this.metrics.count("logits_shadow_disagreements_total", "", disagreements);
  }

  /** Shows rows to the alarm; when it rings, contracts are revoked. */
  #look(batch: Batch): void {
    const rung = this.watching?.look(batch);
    if (!rung) return;
    const { log } = this;
    const { folder } = this.#options;
    const reason = `since row ${rung.since} of the stream: by ${rung.by}, ${rung.what}`;
    log?.error({ ...rung }, `the alarm rings: ${reason}`);
    const failed = (error: Error): void => log?.error({ what: "alarm" }, error.message);
    this.policies.revoke(reason, new Date(this.now()).toISOString()).catch(failed);
    this.say("alarm", { ...rung, reason }).catch(failed);
    if (folder !== undefined) keepWatch(folder, this.watching!).catch(failed);
  }

  /** Lets contracts hold again, and begins to watch anew. */
  async reinstate(): Promise<Generation> {
    await this.say("alarm", { reinstated: true });
    const generation = await this.policies.reinstate();
    if (generation.guard !== undefined) this.watching = watching(generation.guard, generation.main?.policy.classes);
    await this.#keep();
    return generation;
  }

  /** The guard of a generation, ready before anything is served with it. One that stays goes on watching. */
  #ready({ guard, main }: Generation): Watching | undefined {
    if (guard === undefined) return undefined;
    const next = watching(guard, main?.policy.classes, this.#options.folder);
    return next.hash === this.watching?.hash ? this.watching : next;
  }

  async #keep(): Promise<void> {
    const { folder } = this.#options;
    if (folder !== undefined && this.watching) await keepWatch(folder, this.watching);
  }

  async #sayPolicies({ named, number, shadow, canary }: Generation): Promise<void> {
    await Promise.all(
      [...named.values()].map(({ name, policy, version }) => {
        const role = version === shadow?.version ? "shadow" : version === canary?.version ? "canary" : "main";
        return this.say("policy", { generation: number, name, role, policy }, version);
      }),
    );
  }

  /**
   * Why nothing can be decided and recorded now, if so. After a failure the disk is tried again, at most once a second: who asks may be a balancer that sends
   * no decision before it hears that one would be safe.
   */
  async unready(): Promise<string | undefined> {
    if (this.draining) return "the service ends";
    const after = this.trail?.failing();
    if (after === undefined) return undefined;
    const now = performance.now();
    if (now - this.#tried >= 1000) {
      this.#tried = now;
      await this.say("resumed", { after }).catch(() => undefined);
    }
    return this.trail?.failing();
  }

  /** Records what is no decision. */
  async say(kind: RecordKind, what: object, id = ""): Promise<void> {
    await this.trail?.append({ at: this.now(), kind, id, body: JSON.stringify(what) });
  }

  /** Records late truths; those of decisions that are remembered say how honest the probabilities are. */
  async learn(labels: readonly Label[]): Promise<Learned> {
    const told = new Map(labels.map((one) => [JSON.stringify([one.id, one.row ?? 0, one.label]), one]));
    const fresh = [...told.values()].filter(({ id, row, label }) => this.decided.find(id, row)?.label !== label);
    await Promise.all(fresh.map(({ id, row = 0, label }) => this.say("label", { row, label }, id)));
    const [unknown, otherClass]: [string[], string[]] = [[], []];
    for (const { id, row, label } of fresh) {
      // Looked for again: another request may have told it meanwhile.
      const found = this.decided.find(id, row);
      this.metrics.count("logits_labels_total", `matched="${found !== undefined}"`);
      if (!found) {
        unknown.push(id);
        continue;
      }
      // Of a class that the policy does not know nobody can say whether it is what was asked about.
      if (!found.classes.includes(label)) otherClass.push(id);
      else if (found.label === undefined || !found.classes.includes(found.label))
        this.window.add(found.p, found.happens(label));
      found.learn(label);
    }
    const accepted = fresh.length;
    const learned = { accepted, matched: accepted - unknown.length, repeated: labels.length - accepted };
    return { ...learned, unknown, otherClass };
  }

  /** Ends once; later calls wait for the first. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.policies.close();
    await this.#keep().catch(() => undefined);
    await this.say("stop", {}).catch(() => undefined);
    await this.trail?.close();
  }
}
