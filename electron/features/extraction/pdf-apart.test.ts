import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { column, tinyPdf } from "./fixtures/tiny-pdf.ts";
import { readPdfApart } from "./pdf-apart.ts";
import { paperFromPdf } from "./pdf-paper.ts";

/** Two good pages with one between them whose content is the given stream. */
function between(stream: Buffer, extra = ""): Uint8Array {
  const good = "BT /F1 10 Tf 72 700 Td (Sixty patients took part in it.) Tj ET";
  const page = (content: number): string =>
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> ${extra} >> /Contents ${content} 0 R >>`;
  const object = (id: number, body: string): Buffer =>
    Buffer.from(`${id} 0 obj\n${body}\nendobj\n`);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from("%PDF-1.4\n"),
      object(1, "<< /Type /Catalog /Pages 2 0 R >>"),
      object(2, "<< /Type /Pages /Kids [4 0 R 5 0 R 6 0 R] /Count 3 >>"),
      object(3, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
      object(4, page(7)),
      object(5, page(8)),
      object(6, page(7)),
      object(7, `<< /Length ${good.length} >>\nstream\n${good}\nendstream`),
      Buffer.from(`8 0 obj\n<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`),
      stream,
      Buffer.from("\nendstream\nendobj\n"),
      // Each of these forms paints the next one twelve times.
      ...Array.from({ length: 12 }, (_, level) => {
        const body = `/N Do `.repeat(12);
        return object(
          20 + level,
          `<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /N ${21 + level} 0 R >> >> /Length ${body.length} >>\nstream\n${body}\nendstream`,
        );
      }),
      object(
        32,
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 3 0 R >> >> /Length 34 >>\nstream\nBT /F1 10 Tf 72 700 Td (x) Tj ET  \nendstream",
      ),
      Buffer.from("trailer\n<< /Size 40 /Root 1 0 R >>\n%%EOF\n"),
    ]),
  );
}

test("a page that unpacks without limit costs that page only, and is told", async () => {
  const bomb = deflateSync(Buffer.alloc(300_000_000, 32), { level: 1 });
  const pdf = await readPdfApart(between(bomb), {}, { memory: 120_000_000, pageTime: 110_000 });
  expect(pdf.pages.map(({ read }) => read)).toEqual([true, false, true]);
  expect(pdf.warnings).toEqual(["page 2 not read (it unpacks to more than 120 MB)"]);
  const paper = paperFromPdf(pdf);
  expect(paper.text.match(/Sixty patients/g)).toHaveLength(2);
}, 120_000);

test("forms that paint one another without end are stopped by the clock", async () => {
  const file = between(deflateSync(Buffer.from("/N Do ")), "/XObject << /N 20 0 R >>");
  const pdf = await readPdfApart(file, {}, { memory: 2_000_000_000, pageTime: 4000 });
  expect(pdf.pages.map(({ read }) => read)).toEqual([true, false, true]);
  expect(pdf.warnings.join()).toContain("page 2 not read (it takes longer than 4 s)");
}, 120_000);

test("after a stopped paper the next one is read; errors keep their codes; a cancelled one is left at once", async () => {
  const good = tinyPdf([column(["Forty patients took part."], 72, 100)]);
  expect((await readPdfApart(good)).pages[0]?.items.length).toBeGreaterThan(0);
  await expect(readPdfApart(new Uint8Array(Buffer.from("%PDF-1.4 nothing")))).rejects.toMatchObject(
    {
      code: "badFile",
    },
  );
  await expect(readPdfApart(tinyPdf([[]], { locked: true }))).rejects.toMatchObject({
    code: "passwordRequired",
  });
  const controller = new AbortController();
  const file = between(deflateSync(Buffer.from("/N Do ")), "/XObject << /N 20 0 R >>");
  const cut = readPdfApart(file, { signal: controller.signal });
  setTimeout(() => controller.abort(), 300);
  await expect(cut).rejects.toMatchObject({ name: "AbortError" });
  expect((await readPdfApart(good)).pages).toHaveLength(1);
}, 120_000);
