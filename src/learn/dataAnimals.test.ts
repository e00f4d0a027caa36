import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KnownFile } from "../models/catalogue.js";
import { openExamples } from "./data.js";
import { cifarAnimals } from "./dataAnimals.js";

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "logits-cifar-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file of a tar archive. */
function member(name: string, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("0", 156);
  header.write("ustar\0", 257);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** Records of CIFAR-10: a label; in record r the red plane is all r, green 100 + column, blue 200. */
function batch(labels: number[]): Buffer {
  return Buffer.concat(
    labels.map((label, r) =>
      Buffer.concat([
        Buffer.of(label),
        Buffer.alloc(1024, r),
        Buffer.from(Array.from({ length: 1024 }, (_, i) => 100 + (i % 32))),
        Buffer.alloc(1024, 200),
      ]),
    ),
  );
}

/** What there would be to fetch, had its home page this file. */
function archive(
  name: string,
  members: Buffer[],
  damage: (bytes: Buffer) => Buffer = (bytes) => bytes,
): KnownFile & { from: string } {
  const bytes = damage(gzipSync(Buffer.concat([...members, Buffer.alloc(1024)])));
  writeFileSync(at(name), bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return {
    name: "cifar10-animals",
    file: "cifar.tar.gz",
    bytes: bytes.length,
    sha256,
    address: "http://127.0.0.1:9/",
    offline: "bring it",
    from: at(name),
  };
}
const whole = (): Buffer[] => [
  member("cifar-10-batches-bin/batches.meta.txt", Buffer.from("airplane\n")),
  member("cifar-10-batches-bin/data_batch_1.bin", batch([0, 3, 5, 2])),
  member("cifar-10-batches-bin/data_batch_2.bin", batch([9, 9, 3])),
  member("cifar-10-batches-bin/test_batch.bin", batch([2, 8, 5])),
];
const open = ({ from, ...known }: KnownFile & { from: string }, cache: string): ReturnType<typeof cifarAnimals> =>
  cifarAnimals({ from, cache: at(cache) }, known);

describe("cifar10-animals", () => {
  it("takes cats, dogs and birds from the archive, the channels of a pixel together", async () => {
    const { train, test } = await open(archive("whole.tar.gz", whole()), "cache");
    expect(train).toMatchObject({ shape: [32, 32, 3], classes: ["cat", "dog", "bird"] });
    expect([...train.labels]).toEqual([0, 1, 2, 0]);
    expect(train.ids).toEqual(["train/1", "train/2", "train/3", "train/6"]);
    expect([...test!.labels]).toEqual([2, 1]);
    // The third animal is record 3 of its batch: its pixel at row 0, column 5.
    expect([...train.values.subarray(2 * 3072 + 15, 2 * 3072 + 18)]).toEqual([3, 105, 200]);
  });

  it("fetches the archive from its address, says how much has come, and begins again after a cut", async () => {
    const { from, ...known } = archive("served.tar.gz", whole());
    const bytes = readFileSync(from);
    let isCut = true;
    const server = createServer((_, response) => {
      response.setHeader("content-length", bytes.length);
      response.write(bytes.subarray(0, 100), () =>
        setTimeout(() => (isCut ? response.destroy() : response.end(bytes.subarray(100))), 20),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cifar-10-binary.tar.gz`;
    const fetched: number[] = [];
    const options = { cache: at("served"), onFetch: (received: number) => void fetched.push(received) };
    try {
      await expect(cifarAnimals(options, { ...known, address })).rejects.toThrow(
        `Cannot fetch cifar10-animals from ${address}: the connection ended after 100 of ${bytes.length} bytes`,
      );
      expect(readdirSync(at("served"))).toEqual([]);
      isCut = false;
      const { train, notes } = await cifarAnimals(options, { ...known, address });
      expect([...train.labels]).toEqual([0, 1, 2, 0]);
      expect(notes[0]).toMatch(/fetched now; its SHA-256 is right\.$/);
      expect(fetched).toEqual([100, 100, bytes.length]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("keeps the archive in the cache, and does not fetch it twice", async () => {
    const known = archive("twice.tar.gz", whole());
    expect((await open(known, "twice")).notes[0]).toMatch(/fetched now; its SHA-256 is right\.$/);
    expect(readFileSync(at("twice/cifar.tar.gz"))).toEqual(readFileSync(at("twice.tar.gz")));
    const { notes } = await open({ ...known, from: at("gone") }, "twice");
    expect(notes[0]).toBe(`CIFAR-10 is at ${at("twice/cifar.tar.gz")}.`);
  });

  it.each([
    [
      "cut short",

      (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
      whole,
      /^Cannot read .*cifar\.tar\.gz/,
    ],
    [
      "without a test batch",

      (bytes: Buffer) => bytes,
      () => whole().slice(0, 3),
      /: it must hold CIFAR-10's test batches, got none$/,
    ],
    [
      "with records of another length",

      (bytes: Buffer) => bytes,
      () => [member("data_batch_1.bin", Buffer.alloc(3072))],
      /^Cannot read data_batch_1\.bin of .*: it must be records of 3073 bytes, got 3072 bytes$/,
    ],
    [
      "that is no tar",

      (bytes: Buffer) => bytes,
      () => [Buffer.alloc(700, 65)],
      /: it must be a whole tar archive, got one that is cut short or damaged$/,
    ],
  ])("refuses an archive %s", async (_, damage, members, message) => {
    await expect(open(archive("bad.tar.gz", members(), damage), `bad${_}`)).rejects.toThrow(message);
  });

  it("refuses another file than the one whose sum is published, and keeps none of it", async () => {
    const { from } = archive("another.tar.gz", whole());
    const error = await openExamples("cifar10-animals", { from, cache: at("another") }).catch(
      (thrown: Error) => thrown,
    );
    expect((error as Error).message).toMatch(
      /^Cannot fetch cifar10-animals: it must be 170,052,171 bytes, got \d+ bytes$/,
    );
    expect(existsSync(at("another/cifar-10-binary.tar.gz"))).toBe(false);
  });

  it("says how to go on without a network", async () => {
    const { from: _, ...known } = archive("offline.tar.gz", whole());
    const error = await cifarAnimals({ cache: at("offline") }, known).catch(
      (thrown: Error & { hint?: string }) => thrown,
    );
    expect(error).toMatchObject({
      message: expect.stringMatching(/^Cannot fetch cifar10-animals from http:\/\/127\.0\.0\.1:9\/: /),
      hint: "Without a network: bring it",
    });
  });
});
