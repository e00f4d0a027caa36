import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeGguf } from "../../scripts/model/writeGguf.mjs";
import { LogitsError } from "../core/index.js";
import { bytesOf } from "../formats/index.js";
import { builtInModel } from "./builtIn.js";
import { ggufSummary } from "./ggufSummary.js";
import { gguf } from "./index.js";

const folder = mkdtempSync(join(tmpdir(), "logits-gguf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const whole = readFileSync(builtInModel.gguf);
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const withoutTokens = writeGguf([["general.architecture", "string", "clip"]], []);

describe("a GGUF file that cannot be loaded", () => {
  it.each<[string, Uint8Array, string, string]>([
    ["an empty one", new Uint8Array(0), "and it must begin with GGUF, got an empty file", "another file"],
    [
      "6 bytes of one",
      whole.subarray(0, 6),
      "and it must begin with GGUF and 20 bytes more, got 6 bytes in all",
      "cut short",
    ],
    [
      "10 bytes of one",
      whole.subarray(0, 10),
      "and it must begin with GGUF and 20 bytes more, got 10 bytes in all",
      "cut short",
    ],
    [
      "its first letter",
      whole.subarray(0, 1),
      "and it must begin with GGUF and 20 bytes more, got 1 bytes in all",
      "cut short",
    ],
    ["a short text", ascii("hello"), 'and it must begin with GGUF, got "hello"', "It is text"],
    [
      "a pointer",
      ascii("version https://git-lfs.github.com/spec/v1\noid"),
      'and it must begin with GGUF, got "version https://"',
      "a pointer to the file",
    ],
    ["other bytes", Uint8Array.of(8, 7, 0x12, 0xff, 0), "and it must begin with GGUF, got 08 07 12 ff", "another file"],
    [
      "the header alone",
      whole.subarray(0, 24),
      "and its 24 bytes must hold what it lists, got 38 entries",
      "cut short",
    ],
    [
      "half of its tokens",
      whole.subarray(0, 300_000),
      "and the header must end within its 300000 bytes, got one that goes on",
      "cut short",
    ],
    [
      "all but the end",
      whole.subarray(0, 5_000_000),
      "and it must have at least 5002272 bytes for blk.0.ffn_gate.weight, got 5000000",
      "cut short",
    ],
    [
      "version 1",
      ascii(`GGUF\x01\0\0\0${"a".repeat(24)}`),
      "and the GGUF version must be 2 or 3, little-endian, got 1",
      "Convert",
    ],
    [
      "the other byte order",
      ascii(`GGUF\0\0\0\x03${"a".repeat(24)}`),
      "and the GGUF version must be 2 or 3, little-endian, got a big-endian one",
      "Convert",
    ],
    ["no language model", withoutTokens, "with tokens, got one without", "no language model"],
  ])("%s: says what is wrong with it and what to do", async (_, bytes, rest, hint) => {
    const path = join(folder, "some.gguf");
    writeFileSync(path, bytes);
    const error = await gguf(path).catch((thrown: unknown) => thrown);
    expect(LogitsError.isInstance(error) && error.message).toBe(`Cannot load ${path}: it must be a GGUF file, ${rest}`);
    expect((error as LogitsError).hint).toContain(hint);
  });

  it("a folder, and nothing", async () => {
    mkdirSync(join(folder, "folder.gguf"));
    await expect(gguf(join(folder, "folder.gguf"))).rejects.toThrow("it must be a GGUF file, got a folder");
    await expect(gguf(join(folder, "none.gguf"))).rejects.toThrow("got none: there is no such file");
  });

  it("one of a kind that llama.cpp does not know is named by it", async () => {
    const path = join(folder, "unknown.gguf");
    const tokens = ["array", "string", ["a", "b"]];
    writeFileSync(
      path,
      writeGguf(
        [
          ["general.architecture", "string", "none"],
          ["tokenizer.ggml.tokens", ...tokens],
        ],
        [],
      ),
    );
    await expect(gguf(path)).rejects.toThrow(
      /that llama\.cpp runs, got one that it refuses \(none of .*GGUF version 3\)$/,
    );
  });

  it("cut anywhere, or with any byte of its beginning changed, is refused in our words or read", async () => {
    const head = writeGguf(
      [
        ["general.architecture", "string", "llama"],
        ["general.alignment", "u32", 32],
        ["tokenizer.ggml.tokens", "array", "string", ["a", "b"]],
      ],
      [{ name: "x", shape: [2, 2], type: "f32", values: Float32Array.of(1, 2, 3, 4) }],
    );
    const attempt = async (bytes: Uint8Array): Promise<unknown> =>
      ggufSummary(bytesOf(bytes, "some.gguf")).then(
        () => undefined,
        (error: unknown) => error,
      );
    // The four numbers are 16 bytes, and as many pad them.
    for (let length = 0; length < head.length - 16; length++)
      expect(await attempt(head.subarray(0, length)), `cut at ${length}`).toMatchObject({ code: "bad-data" });
    for (let at = 0; at < head.length; at++)
      for (const byte of [0, 1, 0x7f, 0xff]) {
        const error = await attempt(head.map((own, i) => (i === at ? byte : own)));
        expect(error === undefined || LogitsError.isInstance(error), `byte ${at} is ${byte}: ${String(error)}`).toBe(
          true,
        );
      }
  });
});
