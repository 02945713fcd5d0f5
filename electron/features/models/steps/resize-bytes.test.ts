import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { resizeBytes } from "./resize-bytes.ts";

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

test.each(pillow)("a resized film is not Pillow's, bit for bit: %i × %i to %i × %i", (...size) => {
  const [width, height, wide, tall, expected] = size;
  const data = Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return (x * x * 7 + y * y * 13 + x * y * 3) % 251;
  });
  const resized = resizeBytes({ width, height, data }, wide, tall).data;
  expect(createHash("sha256").update(resized).digest("hex")).toBe(expected);
});
