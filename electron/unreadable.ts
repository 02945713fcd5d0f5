/** What a person is told of a file that cannot be read, without the system's own codes. */
import { AppError } from "./api/errors.ts";

const reasons: Record<string, string> = {
  ENOENT: "There is no file",
  EISDIR: "A folder, not a file, is",
  EACCES: "You may not read",
  EPERM: "You may not read",
};

export function unreadable(path: string, thrown: unknown): AppError {
  const { code, message } = thrown as { code?: string; message?: string };
  const reason = code === undefined ? undefined : reasons[code];
  return new AppError(
    "notFound",
    reason === undefined
      ? `"${path}" cannot be read: ${message ?? String(thrown)}.`
      : `${reason} "${path}".`,
    { path },
  );
}
