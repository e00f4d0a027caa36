// Loaded into the service: a clock that is ahead of or behind the true one by what a file says, in milliseconds.
import { readFileSync } from "node:fs";

const { CLOCK_FILE: file } = process.env;
const now = Date.now;
Date.now = () => now() + Number(readFileSync(file, "utf8"));
