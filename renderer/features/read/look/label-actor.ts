/**
 * Keeps the label map of a stack in one actor. The viewer takes the actor of the last slice away and makes
 * a new one, with its shaders and textures, at every slice; here the actor is handed on to the next slice.
 */
import { Enums, type Types } from "@cornerstonejs/core";
import type { ShownSeries } from "./shown-series.ts";

/** What is touched of vtk.js; its own types are not among this program's packages. */
type Scalars = { setData: (values: ArrayLike<number>, components: number) => void };
type ImageData = {
  getPointData: () => { getScalars: () => Scalars };
  setOrigin: (origin: readonly number[]) => void;
  modified: () => void;
};
type Actor = {
  getMapper: () => { getInputData: () => ImageData };
  setForceTranslucent: (on: boolean) => void;
  setForceOpaque: (on: boolean) => void;
};

const followed = new WeakSet<Types.IStackViewport>();

/** Hands the actor on for as long as the view lives. */
export function followSlices(view: Types.IStackViewport, shown: ShownSeries): void {
  if (followed.has(view)) return;
  followed.add(view);
  const [columns, rows] = shown.series.shape;
  const plane = columns * rows;
  view.element.addEventListener(
    Enums.Events.PRE_STACK_NEW_IMAGE,
    (event) => {
      const { imageId } = (event as CustomEvent<{ imageId: string }>).detail;
      const slice = shown.imageIds.indexOf(imageId);
      const entry = view
        .getActors()
        .find(({ representationUID }) =>
          String(representationUID).startsWith(shown.segmentationId),
        );
      if (slice < 0 || entry === undefined) return;
      const actor = entry.actor as unknown as Actor;
      // Drawn last and on the same plane, it is blended right without the passes that sort what is translucent.
      actor.setForceTranslucent(false);
      actor.setForceOpaque(true);
      const image = actor.getMapper().getInputData();
      // The slice's own part of the map: the viewer copies that part onto itself afterwards.
      image
        .getPointData()
        .getScalars()
        .setData(shown.labels.subarray(slice * plane, (slice + 1) * plane), 1);
      image.setOrigin(view.getImageDataMetadata({ imageId } as Types.IImage).origin);
      image.modified();
      entry.referencedId = shown.labelIds[slice] ?? "";
    },
    // Before the viewer's own listener on the same element.
    { capture: true },
  );
}
