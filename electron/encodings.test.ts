import { expect, test } from "vitest";
import { textFrom } from "./encodings.ts";

const said = "Müller’s trial: 54.2 ± 8.1 years";

test("a text in another encoding is read as other letters", () => {
  expect(textFrom(Buffer.from(said), "a")).toBe(said);
  expect(textFrom(Buffer.from(`\ufeff${said}`, "utf16le"), "a")).toBe(said);
  // ü, ’ and ± as Windows writes them.
  const western = [...said].map((letter) => (letter === "’" ? 0x92 : letter.charCodeAt(0)));
  expect(textFrom(Uint8Array.from(western), "a")).toBe(said);
});

test("what is no text is read as one", () => {
  const bytes = Uint8Array.from({ length: 2048 }, (_, at) => (at * 167 + (at >> 3)) % 256);
  expect(() => textFrom(bytes, '"x.txt"')).toThrow('"x.txt" is no text: it holds binary data.');
});
