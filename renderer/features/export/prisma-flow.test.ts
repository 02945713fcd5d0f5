import { expect, test } from "vitest";
import { flowRows } from "./prisma-flow.tsx";

test("the flow never drops a reason or a source, and sums the exclusions it lists", () => {
  const rows = flowRows({
    identified: [
      { source: "PubMed", records: 1200 },
      { source: "a-very-long-file-name-from-a-database.ris", records: 3 },
    ],
    duplicatesRemoved: 41,
    screened: 900,
    excludedAtScreening: 850,
    excludedUnread: 300,
    maybeAtScreening: 0,
    unscreened: 262,
    soughtForRetrieval: 50,
    notRetrieved: 4,
    assessed: 46,
    excludedAtFullText: [
      { reason: "Wrong outcome", reports: 9 },
      { reason: "Wrong design", reports: 2 },
    ],
    unassessed: 0,
    included: 35,
  });
  expect(rows[0]?.stays).toHaveLength(3);
  expect(rows[0]?.stays[1]).toContain("(n = 1,200)");
  expect(rows[3]?.leaves[0]).toBe("Reports excluded (n = 11)");
  expect(rows[3]?.leaves).toHaveLength(3);
  expect(rows[1]?.leaves.join(" ")).toContain("Unread, by a stop rule (n = 300)");
  expect(rows[1]?.leaves.join(" ")).not.toContain("Put aside");
});
