import { expect, it } from "vitest";
import type { Terminal } from "./command.js";
import { fetchShown } from "./fetchProgress.js";

/** What is said while 25 MB come, a megabyte at a time. */
function said(errIsTty: boolean, quiet: boolean): string {
  let err = "";
  const terminal: Terminal = {
    out: () => expect.unreachable(),
    err: (text) => void (err += text),
    outIsTty: false,
    errIsTty,
    columns: 80,
    color: false,
  };
  const show = fetchShown(terminal, quiet);
  for (let mb = 1; mb <= 25; mb++) show(mb * 1e6, 25e6);
  return err;
}

it("says a line a tenth where standard error is no terminal, and nothing beside --json", () => {
  const lines = said(false, false).split("\n");
  expect(lines).toHaveLength(11);
  expect([lines[0], lines[9], lines[10]]).toEqual(["fetched 10 % of 25.0 MB", "fetched 100 % of 25.0 MB", ""]);
  expect(said(false, true)).toBe("");
});

it("draws a bar on a terminal, and takes it away at the end", () => {
  for (const quiet of [false, true]) {
    const text = said(true, quiet);
    expect(text).toMatch(/^\r█░{29} 1 of 25 MB fetched/);
    expect(text.endsWith("\r\x1b[K")).toBe(true);
    expect(text).not.toContain("\n");
  }
});
