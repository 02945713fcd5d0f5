/**
 * Who may talk to the loopback host. A rebound web page (DNS rebinding) shows itself only by its
 * Host header, a foreign page by its Origin, another local user by the missing token.
 */
import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export type Refusal = { status: 401 | 403 | 421; message: string };

export function allowedHosts(port: number): string[] {
  return ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${port}`);
}

/** Checked on every request, before anything is read from the body. */
export function refuseStranger(headers: IncomingHttpHeaders, port: number): Refusal | null {
  const hosts = allowedHosts(port);
  if (headers.host === undefined || !hosts.includes(headers.host.toLowerCase())) {
    return { status: 421, message: "This host name is not served here." };
  }
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin.toLowerCase() === `http://${host}`)) {
    return { status: 403, message: "This origin may not call here." };
  }
  if (headers["sec-fetch-site"] === "cross-site")
    return { status: 403, message: "Cross-site requests are refused." };
  return null;
}

/** Checked on every call and asset; the page itself is public and holds no data. */
export function refuseTokenless(headers: IncomingHttpHeaders, token: string): Refusal | null {
  const given = Buffer.from(headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return null;
  return {
    status: 401,
    message: "The call carries no valid token. Open the address that Evidesk printed.",
  };
}
