/** Which language model is asked, remembered, and whether text may leave this machine for it. */
import { useRemembered } from "./frame/remembered.ts";
import { useCall } from "./use-call.ts";

/** @param place what is asked there (library, extract): choice and consent are remembered for it alone */
export function useWriter(place: string) {
  const [packId, choose] = useRemembered<string>(`${place}-pack`, "");
  const writers = (useCall("models.list", {}).value ?? []).filter(
    ({ task, status }) => task === "generation" && status === "ready",
  );
  const chosen = writers.find(({ id }) => id === packId);
  const id = chosen?.id ?? "";
  const host = chosen?.sendsTo;
  // Remembered for the pack: another model, or the same one elsewhere, asks again.
  const [allowed, setAllowed] = useRemembered<string>(`${place}-sends`, "");
  const consent = host === undefined ? "" : `${id} ${host}`;
  return {
    writers,
    /** "" while none is chosen. */
    id,
    choose,
    /** Set where the model runs on another machine. */
    host,
    mayAsk: consent === "" || allowed === consent,
    allow: (yes: boolean): void => setAllowed(yes ? consent : ""),
  };
}
