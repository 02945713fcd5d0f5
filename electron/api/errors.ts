/**
 * Errors cross process boundaries as data: a code to act on, a message to read, data to show.
 * The message names the offending value and the valid ones; nobody ever parses it.
 */

export const errorCodes = {
  badInput: "The input does not match what the call expects.",
  unknownCall: "No such call in the contract.",
  notFound: "The thing asked for is not there.",
  conflict: "Someone or something else changed or holds it.",
  locked: "Another window or program has this file open.",
  badFile: "The file cannot be read as what it claims to be.",
  unsupported: "The format or option is known but not supported.",
  passwordRequired: "The document is protected by a password.",
  packInvalid: "The model pack's manifest or files are not valid.",
  packMismatch: "The pack's files do not match their recorded hashes.",
  modelFailed: "The model ran and failed.",
  modelUnavailable: "The model cannot be run here at present.",
  wrongModality: "The expert does not apply to this kind of image.",
  planFailed: "No expert call could be planned from the request.",
  network: "The remote service could not be reached or answered with an error.",
  tampered: "Stored records do not agree with their hash chain.",
  cancelled: "The work was cancelled.",
  diskFull: "There is not enough room on the disk.",
  usage: "The command line is not as documented.",
  unauthorized: "The call carries no valid token.",
  internal: "Something unexpected failed inside the program.",
} as const;

export type ErrorCode = keyof typeof errorCodes;

export type ErrorShape = { code: ErrorCode; message: string; data?: unknown };

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly data?: unknown;

  constructor(code: ErrorCode, message: string, data?: unknown) {
    super(message);
    this.name = "AppError";
    this.code = code;
    if (data !== undefined) this.data = data;
  }
}

/** Turns anything thrown into the one shape that travels. Abort becomes `cancelled`. */
export function toErrorShape(thrown: unknown): ErrorShape {
  if (thrown instanceof AppError) {
    return thrown.data === undefined
      ? { code: thrown.code, message: thrown.message }
      : { code: thrown.code, message: thrown.message, data: thrown.data };
  }
  if (thrown instanceof Error && thrown.name === "AbortError") {
    return { code: "cancelled", message: "The work was cancelled." };
  }
  if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOSPC") {
    return { code: "diskFull", message: "The disk is full: nothing more could be written." };
  }
  return { code: "internal", message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** Rebuilds the error on the far side of a port. */
export function fromErrorShape(shape: ErrorShape): AppError {
  return new AppError(shape.code, shape.message, shape.data);
}
