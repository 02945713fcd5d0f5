/** Keeps a model's own mask over the image for as long as it is asked for. */
import { useEffect, useState } from "react";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { toast } from "../../../ui/toast.tsx";
import type { Stage } from "../look/viewer.tsx";
import { loadMask } from "../use-study.ts";
import { layPreview } from "./preview-layer.ts";

type Shown = {
  /** Asset of the mask; null shows nothing. */
  maskId: string | null;
  labels: readonly { id: number; color: string }[];
  fill: number;
};

export function usePreview(stage: Stage | null, series: Series, shown: Shown): void {
  const { maskId, labels, fill } = shown;
  const [loaded, setLoaded] = useState<{ id: string; mask: Uint8Array } | null>(null);
  useEffect(() => {
    if (maskId === null) return;
    let stale = false;
    loadMask(maskId).then(
      (mask) => stale || setLoaded({ id: maskId, mask }),
      (thrown: unknown) => toast(thrown instanceof Error ? thrown.message : String(thrown)),
    );
    return () => {
      stale = true;
    };
  }, [maskId]);
  useEffect(() => {
    if (!stage || loaded === null || loaded.id !== maskId) return;
    return layPreview(stage, series, loaded.mask, { labels, fill });
  }, [stage, series, loaded, maskId, labels, fill]);
}
