/** `evidesk pacs`: find, fetch and send studies by DICOMweb from the command line. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Command } from "../../command.ts";
import { AppError } from "../../api/errors.ts";
import { isDicom } from "../imaging/dicom.ts";
import { fetchStudy, findStudies, refuseUnallowed, sendFile, type Archive } from "./dicomweb.ts";

const reach = (url: string, init: RequestInit): Promise<Response> => fetch(url, init);

const pacs: Command = {
  summary: "Find, fetch and send studies by DICOMweb (QIDO, WADO, STOW).",
  usage: "pacs find|get|send URL [STUDY|FILE…] [--allow-host NAME] [--out DIR]",
  options: {
    "allow-host": { type: "string", help: "the name of a server that is not this machine" },
    user: { type: "string", help: "name to sign in with; the password is EVIDESK_PACS_PASSWORD" },
    patient: { type: "string", help: "patient ID; * and ? match" },
    name: { type: "string", help: "patient's name; * and ? match" },
    date: { type: "string", help: "study date or range, 20240101-20240201" },
    modality: { type: "string", help: "for example CT" },
    out: { type: "string", help: "folder for the images" },
  },
  async run({ positionals: [verb, address, ...rest], values }, { signal, progress }) {
    const usage = (): AppError => new AppError("usage", `Usage: evidesk ${this.usage}`);
    const text = (name: string): string => (typeof values[name] === "string" ? values[name] : "");
    if (address === undefined || !URL.canParse(address)) throw usage();
    refuseUnallowed(address, text("allow-host"));
    const archive: Archive = {
      address,
      user: text("user"),
      password: process.env["EVIDESK_PACS_PASSWORD"] ?? "",
    };
    if (verb === "find")
      return findStudies(
        reach,
        archive,
        {
          patientId: text("patient"),
          patientName: text("name"),
          date: text("date"),
          modality: text("modality"),
          ...{ accession: "", limit: 100 },
        },
        signal,
      );
    if (verb === "get") {
      const [study] = rest;
      if (study === undefined || !text("out")) throw usage();
      const files = [];
      for await (const image of fetchStudy(reach, archive, study, signal)) {
        const path = join(text("out"), image.name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, image.bytes);
        files.push(path);
        progress(`${image.done} of ${image.total} images`);
      }
      return { files };
    }
    if (verb !== "send" || rest.length === 0) throw usage();
    const refused: { file: string; reason: string }[] = [];
    let stored = 0;
    for (const path of rest) {
      const bytes = new Uint8Array(await readFile(path));
      const reason = isDicom(bytes)
        ? await sendFile(reach, archive, bytes, signal)
        : "it is not DICOM";
      if (reason === null) stored += 1;
      else refused.push({ file: basename(path), reason });
    }
    if (stored === 0)
      throw new AppError("network", `Nothing was stored: ${refused[0]?.reason ?? ""}.`, {
        refused,
      });
    return { stored, refused };
  },
};

export const commands: Record<string, Command> = { pacs };
