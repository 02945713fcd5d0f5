/** Which page an address shows. Pages load when first visited. */
import { lazy } from "react";
import type { Route } from "./route.ts";

const HomePage = lazy(() =>
  import("../features/home/page.tsx").then((part) => ({ default: part.HomePage })),
);
const QuestionPage = lazy(() =>
  import("../features/review/page.tsx").then((part) => ({ default: part.QuestionPage })),
);
const ScreenPage = lazy(() =>
  import("../features/screening/page.tsx").then((part) => ({ default: part.ScreenPage })),
);
const FullTextPage = lazy(() =>
  import("../features/full-text/page.tsx").then((part) => ({ default: part.FullTextPage })),
);
const ExtractPage = lazy(() =>
  import("../features/extraction/page.tsx").then((part) => ({ default: part.ExtractPage })),
);
const ReportPage = lazy(() =>
  import("../features/export/page.tsx").then((part) => ({ default: part.ReportPage })),
);
const LibraryPage = lazy(() =>
  import("../features/library/page.tsx").then((part) => ({ default: part.LibraryPage })),
);
const ModelsPage = lazy(() =>
  import("../features/models/page.tsx").then((part) => ({ default: part.ModelsPage })),
);
const ActivityPage = lazy(() =>
  import("../features/audit/page.tsx").then((part) => ({ default: part.ActivityPage })),
);
const SearchPage = lazy(() =>
  import("../features/search/page.tsx").then((part) => ({ default: part.SearchPage })),
);
const ReadPage = lazy(() =>
  import("../features/read/page.tsx").then((part) => ({ default: part.ReadPage })),
);

export function PageOf({ route }: { route: Route }) {
  if (route.page === "review")
    return <ReviewPageOf key={`${route.reviewId} ${route.stage}`} route={route} />;
  if (route.page === "read") return <ReadPage studyId={route.studyId} />;
  if (route.page === "library")
    return <LibraryPage key={route.reviewId} reviewId={route.reviewId} />;
  if (route.page === "models") return <ModelsPage />;
  if (route.page === "activity") return <ActivityPage reviewId={route.reviewId} />;
  return <HomePage />;
}

function ReviewPageOf({ route }: { route: Extract<Route, { page: "review" }> }) {
  const { reviewId } = route;
  switch (route.stage) {
    case "screen":
      return <ScreenPage reviewId={reviewId} />;
    case "full-text":
      return <FullTextPage reviewId={reviewId} recordId={route.recordId} />;
    case "extract":
      return <ExtractPage reviewId={reviewId} />;
    case "report":
      return <ReportPage reviewId={reviewId} />;
    case "search":
      return <SearchPage reviewId={reviewId} />;
    case "question":
      return <QuestionPage reviewId={reviewId} />;
  }
}
