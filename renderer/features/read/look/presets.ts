/** Window presets by modality, on the keys that OHIF and radiology workstations use. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";

export type Preset = { key: string; name: string; centre: number; width: number };

const ct: Preset[] = [
  { key: "1", name: "Soft tissue", centre: 40, width: 400 },
  { key: "2", name: "Lung", centre: -600, width: 1500 },
  { key: "3", name: "Bone", centre: 480, width: 2500 },
  { key: "4", name: "Brain", centre: 40, width: 80 },
];

/** CT presets in HU; other images get their own range, darker, brighter and steeper. */
export function presetsOf(series: Series): Preset[] {
  if (series.modality === "CT" || series.range.low <= -900) return ct;
  const centre = (series.range.low + series.range.high) / 2;
  const width = Math.max(1, series.range.high - series.range.low);
  return [
    { key: "1", name: "As stored", centre: series.window.centre, width: series.window.width },
    { key: "2", name: "Brighter", centre: centre - width * 0.15, width: width * 0.8 },
    { key: "3", name: "Darker", centre: centre + width * 0.15, width: width * 0.8 },
    { key: "4", name: "More contrast", centre, width: width * 0.6 },
  ];
}
