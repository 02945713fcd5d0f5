/** The few acts that differ between the desktop window and a browser tab. */
import { browserNative } from "./native.browser.ts";
import { electronNative } from "./native.electron.ts";

export type Native = {
  /** Lets the user choose files; an empty list when the user chose none. */
  chooseFiles: (options: {
    accept: string;
    multiple: boolean;
    folder?: boolean;
  }) => Promise<File[]>;
  /** Hands a stored asset to the user as a file. */
  saveAsset: (id: string, name: string) => Promise<void>;
  /** Opens a web address outside the app; only http(s). */
  openLink: (url: string) => void;
};

export const native: Native = electronNative() ?? browserNative;
