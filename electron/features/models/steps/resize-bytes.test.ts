import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { resizeBytes } from "./resize-bytes.ts";
import type { Filter } from "./resize.ts";
import { freshRoom } from "./room.ts";

/**
 * sha256 of Pillow 12.3's `Image.resize((to), Image.BILINEAR)` of an 8-bit plane whose pixel (x, y) is
 * (7x² + 13y² + 3xy) mod 251.
 */
const pillow: [number, number, number, number, string][] = [
  [320, 288, 256, 256, "fee698c54e8028e3c124de5f3a5ae309c029a527d7f884876022d715a1e19a97"],
  [100, 90, 256, 256, "f8d077b05695930e57b19c8d9d43a5167cfe46a536c5759efe819e3a79c10e75"],
  [53, 37, 20, 99, "39834f584fd302628737dfa89b2a40abacd30bf67efbcdb98ebc7e89e1881a4f"],
  [9, 7, 3, 2, "4301cb59a109f053df5b2755cd95ff0a53c07eb8e9cbe2065fced7a64b47c011"],
  [640, 17, 64, 17, "f426f68dff2926ed933aed68fdbb26442d9e332b12903917bacb9edd33aa437c"],
];

function hashOfResized(of: {
  width: number;
  height: number;
  wide: number;
  tall: number;
  filter: Filter;
}): string {
  const { width, height, wide, tall, filter } = of;
  const data = Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return (x * x * 7 + y * y * 13 + x * y * 3) % 251;
  });
  const resized = resizeBytes({ width, height, data }, wide, tall, freshRoom, filter).data;
  return createHash("sha256").update(resized).digest("hex");
}

test.each(pillow)("a resized film is not Pillow's, bit for bit: %i × %i to %i × %i", (...size) => {
  const [width, height, wide, tall, expected] = size;
  expect(hashOfResized({ width, height, wide, tall, filter: "bilinear" })).toBe(expected);
});

/** The same plane by `Image.BICUBIC`, the filter of SigLIP's image processor; it overshoots and is clipped. */
const cubic: [number, number, number, number, string][] = [
  [320, 288, 384, 384, "ba689450d5c222580b39399d681a8e9b4423d337bdd3bf9461c561e9ac1fd438"],
  [512, 512, 384, 384, "a02d88b5577ac059ab525a89a49b4a7db02232164b606897fb257f615b64650f"],
  [53, 37, 20, 99, "cf519f5cf7dc449454444c84a84b5f4d3325400518072c0ac81aa53ff97cfb71"],
  [640, 17, 64, 17, "a4cc10008caeaa17c82e85b07f90707c225398ac34eea525363036de3fd50e87"],
  [2000, 1500, 384, 384, "789b625d50c5ec2b018c9056324bea4608d8ac8ce1d2fa76353d22090e3c14ff"],
  [30, 30, 56, 56, "f704f7f57261304754df94928f78fdee57e8ea172e11fad23bfb55aa0598e00d"],
];

test.each(cubic)("a picture for a vision model is not Pillow's: %i × %i to %i × %i", (...size) => {
  const [width, height, wide, tall, expected] = size;
  expect(hashOfResized({ width, height, wide, tall, filter: "bicubic" })).toBe(expected);
});
