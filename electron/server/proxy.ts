/** The one way out to other machines: a proxy for everything this program fetches, this machine excepted. */
import http from "node:http";
import { AppError } from "../api/errors.ts";

const thisMachine = "localhost,127.0.0.1,::1,[::1]";
let restore: (() => void) | undefined;

/**
 * From now on `fetch` goes through `address` (`http://[user:password@]host:port`), or straight when undefined.
 * @throws badInput for another kind of address, unsupported where the runtime cannot change its proxy
 */
export function goThrough(address: string | undefined): void {
  restore?.();
  restore = undefined;
  if (address === undefined) return;
  if (!/^https?:\/\/[^/]+\/?$/i.test(address))
    throw new AppError(
      "badInput",
      "A proxy's address is http://host:port or https://host:port, with user:password@ before the host where it asks for them.",
    );
  if (typeof http.setGlobalProxyFromEnv !== "function")
    throw new AppError(
      "unsupported",
      "This build's Node cannot change its proxy while it runs. Start the program with HTTPS_PROXY and NODE_USE_ENV_PROXY=1.",
    );
  restore = http.setGlobalProxyFromEnv({
    http_proxy: address,
    https_proxy: address,
    no_proxy: [thisMachine, process.env["NO_PROXY"] ?? process.env["no_proxy"] ?? ""].join(),
  });
}
