/** NCBI's key makes PubMed answer faster; it goes into the system's keychain and never comes back. */
import { KeyRound } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { Button } from "../../ui/button.tsx";
import { Trouble } from "../../ui/feedback.tsx";
import { useCall, useChange } from "../../use-call.ts";

export function PubmedKey() {
  const held = useCall("search.keyStatus", {}).value?.pubmed ?? false;
  const setKey = useChange("search.setKey");
  const [text, setText] = useState("");
  async function keep(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (await setKey.run({ database: "pubmed", key: text.trim() })) setText("");
  }
  return (
    <DialogTrigger>
      <AriaButton className="button" data-kind="quiet">
        <KeyRound size={15} aria-hidden /> {held ? "Key kept" : "Key"}
      </AriaButton>
      <Popover className="popover" placement="bottom end">
        <Dialog aria-label="PubMed key" className="settings">
          <p className="field-note">
            Optional. With a key from your NCBI account PubMed answers ten requests a second instead
            of three. It is kept in this system's keychain.
          </p>
          <form className="field" onSubmit={(event) => void keep(event)}>
            <input
              className="input"
              type="password"
              name="pubmed-key"
              aria-label="NCBI API key"
              placeholder={held ? "A key is kept; type another to replace it" : "NCBI API key"}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <button type="submit" className="button" data-kind="primary">
              Keep it
            </button>
          </form>
          {held && (
            <Button onPress={() => void setKey.run({ database: "pubmed", key: null })}>
              Forget the key
            </Button>
          )}
          {setKey.error && <Trouble error={setKey.error} kept="Searching works without a key." />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
