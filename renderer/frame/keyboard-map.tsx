/** `?` shows every key that works here and now, drawn from the registry that acts on them. */
import { useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { shortcutText, useShortcutGroups, useShortcuts, type Shortcut } from "./shortcuts.ts";

export function KeyboardMap() {
  const [open, setOpen] = useState(false);
  const groups = merged(useShortcutGroups().toReversed());
  useShortcuts("Everywhere", [{ keys: "?", label: "Keyboard map", run: () => setOpen(true) }]);
  return (
    <ModalOverlay className="overlay" isOpen={open} onOpenChange={setOpen} isDismissable>
      <Modal>
        <Dialog className="dialog keyboard-map">
          <Heading slot="title" level={1}>
            Keys that work here
          </Heading>
          <div className="keyboard-groups">
            {groups.map(({ name, shortcuts }, index) => (
              <section key={`${name} ${index}`}>
                <h2>{name}</h2>
                <dl>
                  {shortcuts.map((shortcut) => (
                    <div key={shortcut.label}>
                      <dt>{shortcut.label}</dt>
                      <dd>
                        {shortcutText(shortcut).map((text) => (
                          <kbd key={text}>{text}</kbd>
                        ))}
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Several parts of a page may register under one name; the map shows them together. */
function merged(
  groups: { name: string; shortcuts: Shortcut[] }[],
): { name: string; shortcuts: Shortcut[] }[] {
  const byName = Map.groupBy(groups, ({ name }) => name);
  return [...byName].map(([name, parts]) => ({
    name,
    shortcuts: parts.flatMap((part) => part.shortcuts),
  }));
}
