/** What the command line says where an expert did not run on the device that was chosen for it. */
import type { ExpertResult } from "../models/models.ts";
import type { Tried } from "../models/session.ts";

const nvidia = new Set(["cuda", "tensorrt"]);

/** The devices that failed, with the reason and what helps, also told in a line each. */
export function aboutDevices(
  { expert, device, tried = [] }: Pick<ExpertResult, "expert" | "device" | "tried">,
  tell: (text: string) => void,
  platform: string = process.platform,
): { tried?: Tried; hint?: string } {
  if (tried.length === 0) return {};
  for (const { device: failed, failedBecause } of tried)
    tell(`${expert}: ${failed} was tried and failed (${failedBecause}); it ran on ${device}.`);
  if (platform !== "linux" || !tried.some((one) => nvidia.has(one.device))) return { tried };
  const hint =
    "CUDA needs an NVIDIA card with its driver, and libraries of its own: npm run gpu:install fetches them.";
  tell(hint);
  return { tried, hint };
}
