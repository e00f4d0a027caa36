import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp, openDirectTrail, Service } from "logits/server";
import { beforeEach, onTestFinished } from "vitest";
import { type Batch, normals, type Policy } from "../core/index.js";

export const classes = ["cat", "dog", "bird"];
export const base: Policy = {
  kind: "policy",
  version: 1,
  name: "pets",
  method: "threshold",
  params: { positive: ["dog"], threshold: 0, above: "bark", below: "pass" },
  classes,
  calibrator: { method: "temperature", params: { temperature: 1.7 } },
};
export const secret = "a secret that is long enough";

/** Of the test that runs. */
export let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-service-"));
  return () => rmSync(folder, { recursive: true, force: true });
});

export const write = (name: string, document: object): string => {
  writeFileSync(join(folder, name), JSON.stringify(document));
  return join(folder, name);
};

interface Asked {
  status: number;
  json: Record<string, any>;
  bytes: Buffer;
}

/** A service on files, asked through HTTP without a network. */
export async function service(options: Partial<Parameters<typeof Service.start>[0]> = {}) {
  const audit = join(folder, "audit");
  const trail = openDirectTrail({ folder: audit, secret });
  const policy = options.policy ?? write("pets.json", base);
  const started = await Service.start({ trail, folder: audit, ...options, policy });
  onTestFinished(() => started.close());
  const app = createApp(started, { version: "0" });
  const ask = async (url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Asked> => {
    const binary = body instanceof Uint8Array;
    const answer = await app.inject({
      method: body === undefined ? "GET" : "POST",
      url,
      headers: {
        ...(body !== undefined && { "content-type": binary ? "application/octet-stream" : "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { payload: binary ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const text = answer.payload;
    return {
      status: answer.statusCode,
      json: text.startsWith("{") ? JSON.parse(text) : { text },
      bytes: answer.rawPayload,
    };
  };
  return { started, ask, audit };
}

/** Rows of three scores around a winner that leads by about `lead`. */
export function normalRows(seed: number, rows: number, lead: number): Batch {
  const noise = normals(seed, 0, 0, new Float64Array(3 * rows));
  const values = Float32Array.from(noise, (z, i) => z + (i % 3 === Math.floor(i / 3) % 3 ? lead : 0));
  return { kind: "logits", values, rows, classes: 3 };
}

export const row = [3.1, 2.9, -1];
