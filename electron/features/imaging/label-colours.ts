/** Colours for structures whose file gives none: distinguishable, the same every time. */
const colours = [
  "#dc2626",
  "#2563eb",
  "#ca8a04",
  "#9333ea",
  "#16a34a",
  "#4f46e5",
  "#ea580c",
  "#0891b2",
  "#db2777",
  "#92400e",
];

export const labelColour = (at: number): string => colours[at % colours.length] as string;
