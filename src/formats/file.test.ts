import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fileBytes, textOf, writeFile } from "./file.js";

const folder = mkdtempSync(join(tmpdir(), "logits-file-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

describe("fileBytes", () => {
  it("reads any part of a file, also into memory that is there", async () => {
    writeFileSync(at("a"), Uint8Array.of(0, 1, 2, 3, 4, 5));
    const bytes = await fileBytes(at("a"));
    const into = new Uint8Array(3);
    await bytes.readInto!(2, into);
    expect([bytes.byteLength, Array.from(await bytes.slice(1, 3)), [...into]]).toEqual([6, [1, 2], [2, 3, 4]]);
    await expect(bytes.slice(4, 7)).rejects.toMatchObject({
      code: "bad-data",
      message: `Cannot read ${at("a")}: it must have at least 7 bytes, got 6`,
    });
    await bytes.close();
  });

  it("says so when the file became shorter meanwhile", async () => {
    writeFileSync(at("shrinking"), new Uint8Array(100));
    const bytes = await fileBytes(at("shrinking"));
    truncateSync(at("shrinking"), 10);
    await expect(bytes.slice(0, 50)).rejects.toThrow("it must have at least 50 bytes, got 10");
    await bytes.close();
  });
});

it.skipIf(process.platform === "win32")("a pipe is read to its end, once (Windows has no mkfifo)", async () => {
  const fifo = at("fifo");
  execFileSync("sh", ["-c", `mkfifo "$1"`, "sh", fifo]);
  const writer = spawn("sh", ["-c", `printf 'a,b\\n1.5,2\\n' > "$1"`, "sh", fifo]);
  const bytes = await fileBytes(fifo);
  expect(new TextDecoder().decode(await bytes.slice(0, bytes.byteLength))).toBe("a,b\n1.5,2\n");
  expect(new TextDecoder().decode(await bytes.slice(0, 3))).toBe("a,b");
  await bytes.close();
  writer.kill();
});

it.skipIf(process.platform === "win32")(
  "a pipe that nobody writes to is given up (Windows has no mkfifo)",
  async () => {
    execFileSync("sh", ["-c", `mkfifo "$1"`, "sh", at("lonely")]);
    await expect(fileBytes(at("lonely"))).rejects.toMatchObject({
      code: "bad-data",
      message: `Cannot read ${at("lonely")}: a pipe must have somebody who writes to it, got none for 5 s`,
    });
  },
  10_000,
);

it.skipIf(process.platform === "win32")("a pipe may pause while it is written (Windows has no mkfifo)", async () => {
  execFileSync("sh", ["-c", `mkfifo "$1"`, "sh", at("slow")]);
  const writer = spawn("sh", [
    "-c",
    `sleep 0.3; { printf 'a,b\\n'; sleep 0.5; printf '1,2\\n'; } > "$1"`,
    "sh",
    at("slow"),
  ]);
  const bytes = await fileBytes(at("slow"));
  expect(new TextDecoder().decode(await bytes.slice(0, bytes.byteLength))).toBe("a,b\n1,2\n");
  writer.kill();
});

it.skipIf(!existsSync("/dev/full"))(
  "a device is refused before anything is read (skipped without /dev/full)",
  async () => {
    symlinkSync("/dev/zero", at("zero"));
    for (const path of ["/dev/full", "/dev/zero", "/dev/null", at("zero")])
      for (const read of [fileBytes, textOf])
        await expect(read(path)).rejects.toMatchObject({
          code: "bad-data",
          message: `Cannot read ${path}: it must be a file, got a device`,
        });
  },
);

it("a folder, what lies below a file, and a link to itself are refused", async () => {
  writeFileSync(at("plain"), "x");
  symlinkSync(at("itself"), at("itself"));
  for (const [path, got] of [
    [folder, "it must be a file, got a folder"],
    [at("plain/below"), "it must be a file in a folder, got one below a file"],
    [at("itself"), "it must be a file, got a link to itself"],
    [at("a".repeat(300)), "its name must be shorter"],
  ])
    await expect(fileBytes(path!)).rejects.toMatchObject({ code: "bad-data", message: `Cannot read ${path}: ${got}` });
});

it("what is not there is said in a sentence", async () => {
  await expect(fileBytes(at("nothing"))).rejects.toMatchObject({
    code: "bad-data",
    message: `Cannot read ${at("nothing")}: there is no such file`,
  });
});

describe("writeFile", () => {
  it("writes pieces small and large, in order", async () => {
    const large = new Uint8Array(3 * 2 ** 20).fill(7);
    const result = await writeFile(at("b"), async (sink) => {
      const piece = Uint8Array.of(1);
      await sink.write(piece);
      piece[0] = 2;
      await sink.write(piece);
      await sink.write(large);
      await sink.write(Uint8Array.of(3));
      return "done";
    });
    expect(result).toBe("done");
    expect(Buffer.compare(readFileSync(at("b")), Buffer.from([1, 2, ...large, 3]))).toBe(0);
  });

  it("leaves what was there, and nothing beside it, when writing fails half-way", async () => {
    writeFileSync(at("c"), "before");
    const before = readdirSync(folder);
    const failing = writeFile(at("c"), async (sink) => {
      await sink.write(new Uint8Array(2 ** 21));
      throw new Error("half-way");
    });
    await expect(failing).rejects.toThrow("half-way");
    expect(readFileSync(at("c"), "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual(before);
  });

  it("keeps the mode of the file it replaces", async () => {
    writeFileSync(at("d"), "before", { mode: 0o600 });
    await writeFile(at("d"), (sink) => sink.write(new TextEncoder().encode("after")));
    expect([readFileSync(at("d"), "utf8"), statSync(at("d")).mode & 0o777]).toEqual(["after", 0o600]);
  });

  it("a link stays a link, and the file it leads to is replaced", async () => {
    writeFileSync(at("e"), "before");
    symlinkSync("e", at("link"));
    await writeFile(at("link"), (sink) => sink.write(new TextEncoder().encode("after")));
    expect([readFileSync(at("e"), "utf8"), lstatSync(at("link")).isSymbolicLink()]).toEqual(["after", true]);
  });

  it.each([
    ["a folder that is not there", join("no", "f"), /^Cannot write .*f: its folder must exist, got none$/],
    ["a file in place of its folder", join("a", "f"), /^Cannot write .*f: its folder must be a folder, got a file$/],
    ["a folder in its place", "", /^Cannot write .*: it must be a file, got a folder$/],
  ])("says where it may not write: %s", async (_, name, message) => {
    const writing = writeFile(join(folder, name), (sink) => sink.write(new Uint8Array(1)));
    await expect(writing).rejects.toMatchObject({ code: "bad-data", message: expect.stringMatching(message) });
  });

  it("writes a device directly", async () => {
    await writeFile("/dev/null", (sink) => sink.write(new Uint8Array(10)));
    expect(statSync("/dev/null").isFile()).toBe(false);
  });
});
