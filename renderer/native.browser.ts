/** Native acts in a browser tab: file input, download link, new tab. */
import { assetBytes } from "./call.ts";
import type { Native } from "./native.ts";

export const browserNative: Native = {
  chooseFiles: ({ accept, multiple, folder }) =>
    new Promise((resolve) => {
      const input = document.createElement("input");
      input.type = "file";
      input.accept = accept;
      input.multiple = multiple;
      if (folder) input.webkitdirectory = true;
      input.addEventListener("change", () => resolve([...(input.files ?? [])]));
      input.addEventListener("cancel", () => resolve([]));
      input.click();
    }),
  saveAsset: async (id, name) => {
    const url = URL.createObjectURL(new Blob([await assetBytes(id)]));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    // The download has taken its own reference by the next task.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  },
  openLink: (url) => {
    if (/^https?:\/\//.test(url)) window.open(url, "_blank", "noopener,noreferrer");
  },
};
