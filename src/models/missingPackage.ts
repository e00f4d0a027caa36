import { LogitsError } from "../core/index.js";

/** The error for an optional package that is not there, or does not load; `together` are all that the purpose needs. */
export function missingPackage(name: string, purpose: string, cause: unknown, together: string = name): LogitsError {
  const absent = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
  const why = absent ? "it is not installed" : `it does not load: ${cause instanceof Error ? cause.message : cause}`;
  return new LogitsError("missing-package", `Cannot ${purpose}: the package ${name} must be installed, and ${why}`, {
    hint: `npm install ${together}`,
    cause,
  });
}
