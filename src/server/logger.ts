import { pino } from "pino";

/** Where events go. */
export interface Log {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A log that writes lines of JSON. What it is told is all it knows: of a request that is method and address, since a header is a secret or a nuisance. */
export const logTo = (stream: { write(line: string): void }): Log => pino({ base: null }, stream);
