import type { EpochReport } from "../learn/trainOptions.js";
import type { Terminal } from "./command.js";
import { number } from "./metricsTable.js";
import { bar } from "./progress.js";

const INTERVAL = 100; // ms between two drawings

/** A bar within the epoch, on a terminal alone, and a line after it, unless nothing but JSON is wanted. */
export function progressOf(
  terminal: Terminal,
  epochs: number,
  done: number,
  quiet: boolean,
): { step(seen: number, of: number): void; epoch(report: EpochReport): void; end(): void } {
  let drawn = 0;
  let now = done + 1;
  const end = (): void => {
    if (drawn > 0) terminal.err("\r\x1b[K");
    drawn = 0;
  };
  return {
    step(seen, of) {
      const time = performance.now();
      if (!terminal.errIsTty || time - drawn < INTERVAL) return;
      drawn = time;
      terminal.err(`\r${bar(seen, of, `examples, epoch ${now} of ${epochs}`)}`);
    },
    epoch({ epoch, loss, accuracy, validation, seconds }) {
      end();
      now = epoch + 1;
      if (quiet) return;
      const held = validation
        ? `; validation loss ${number(validation.loss)}, accuracy ${number(validation.accuracy)}`
        : "";
      terminal.err(
        `epoch ${String(epoch).padStart(String(epochs).length)} of ${epochs}: loss ${number(loss)}, accuracy ${number(accuracy)}${held}; ${seconds.toFixed(1)} s\n`,
      );
    },
    end,
  };
}
