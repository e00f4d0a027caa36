import type { Terminal } from "./command.js";
import { bar } from "./progress.js";

const INTERVAL = 100; // ms between two drawings
const PARTS = 10;
const MB = 1e6;

/** Says on standard error how much of a file has come: a bar on a terminal, else a line a tenth, unless nothing but JSON is wanted. */
export function fetchShown(terminal: Terminal, quiet: boolean): (received: number, of: number) => void {
  let drawn = -Infinity;
  let said = 0;
  return (received, of) => {
    const isWhole = received >= of;
    if (terminal.errIsTty) {
      const now = performance.now();
      if (!isWhole && now - drawn < INTERVAL) return;
      drawn = now;
      terminal.err(isWhole ? "\r\x1b[K" : `\r${bar(Math.floor(received / MB), Math.ceil(of / MB), "MB fetched")}`);
      return;
    }
    const part = Math.floor((PARTS * received) / of);
    if (quiet || part === said) return;
    said = part;
    terminal.err(`fetched ${Math.floor((100 * part) / PARTS)} % of ${(of / MB).toFixed(1)} MB\n`);
  };
}
