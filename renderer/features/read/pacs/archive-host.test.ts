import { expect, it } from "vitest";
import { dateRange, hostOf, shownDate } from "./archive-host.ts";

it("asks consent for every other machine, and is not fooled by one that begins like this one", () => {
  const elsewhere = (address: string) => hostOf(address)?.elsewhere ?? null;
  expect(elsewhere("http://127.0.0.1:8042/dicom-web")).toBe(false);
  expect(elsewhere("http://localhost:8042")).toBe(false);
  expect(elsewhere("http://localhost.example.org/dicom-web")).toBe(true);
  expect(elsewhere("http://127.0.0.1.example.org")).toBe(true);
  expect(elsewhere("http://localhost@pacs.example.org")).toBe(true);
  expect(elsewhere("pacs.example.org")).toBeNull();
  expect(elsewhere("ftp://pacs.example.org")).toBeNull();
});

it("asks for one day, a range or an open range as QIDO-RS spells them", () => {
  expect(dateRange("", "")).toBe("");
  expect(dateRange("2024-01-31", "2024-01-31")).toBe("20240131");
  expect(dateRange("2024-01-31", "2024-02-01")).toBe("20240131-20240201");
  expect(dateRange("2024-01-31", "")).toBe("20240131-");
  expect(dateRange("", "2024-02-01")).toBe("-20240201");
  expect([shownDate("20240131"), shownDate("")]).toEqual(["2024-01-31", ""]);
});
