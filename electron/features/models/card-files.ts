/** A pack's card: which pictures it shows, and how the manifest lists both, so that a changed card is noticed. */
import { createHash } from "node:crypto";

/** Pictures as Markdown shows them, by their path in the pack; addresses elsewhere are no files. */
export function picturesOf(card: string): string[] {
  const paths = [...card.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, path]) => path as string);
  return [...new Set(paths.filter((path) => !/^[a-z]+:|^\//i.test(path)))];
}

/**
 * The manifest's text with its card and the card's pictures among its files as they are now; the rest of the text
 * stays letter by letter.
 */
export function renewedManifest(text: string, read: (path: string) => Uint8Array): string {
  const manifest = JSON.parse(text) as { card: string; files: { path: string }[] };
  const shown = [manifest.card, ...picturesOf(new TextDecoder().decode(read(manifest.card)))];
  const entries = shown.map((path) => {
    const bytes = read(path);
    return { path, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  });
  const files = [...manifest.files.filter(({ path }) => !shown.includes(path)), ...entries];
  if (JSON.stringify(files) === JSON.stringify(manifest.files)) return text;
  const indent = /\n(\s+)"/.exec(text)?.[1] ?? "";
  const written = JSON.stringify({ files }, null, indent).trim();
  // Entries of files hold no lists, so the first closing bracket ends it.
  return text.replace(/"files":\s*\[[^\]]*\]/, () =>
    written.slice(written.indexOf('"files"'), written.lastIndexOf("]") + 1),
  );
}
