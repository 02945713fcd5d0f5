/** The command palette: every registered act, and every review, by name. */
import { Command } from "cmdk";
import { useState } from "react";
import { Dialog, Modal, ModalOverlay } from "react-aria-components";
import { useCall } from "../use-call.ts";
import { go } from "./route.ts";
import { shortcutText, useShortcutGroups, useShortcuts, type Shortcut } from "./shortcuts.ts";

export function Palette() {
  const [open, setOpen] = useState(false);
  useShortcuts("Everywhere", [
    {
      keys: "mod+k",
      label: "Command palette",
      whileTyping: true,
      hidden: true,
      run: () => setOpen(true),
    },
  ]);
  const choose = (act: () => void) => () => {
    setOpen(false);
    // After the palette has given the focus back, so that the act may move it.
    setTimeout(act, 0);
  };
  return (
    <ModalOverlay className="overlay" isOpen={open} onOpenChange={setOpen} isDismissable>
      <Modal>
        <Dialog className="dialog palette" aria-label="Command palette">
          <PaletteList choose={choose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function PaletteList({ choose }: { choose: (act: () => void) => () => void }) {
  const groups = useShortcutGroups();
  const reviews = useCall("review.list", {}).value ?? [];
  return (
    <Command label="Commands" loop>
      <Command.Input autoFocus placeholder="Go to a place, a review, or do something" />
      <Command.List>
        <Command.Empty>Nothing by that name here.</Command.Empty>
        {groups.map(({ name, shortcuts }, index) => (
          <Command.Group key={`${name} ${index}`} heading={name}>
            {shortcuts
              .filter((shortcut) => !shortcut.hidden)
              .map((shortcut) => (
                <PaletteItem
                  key={shortcut.label}
                  group={name}
                  shortcut={shortcut}
                  choose={choose}
                />
              ))}
          </Command.Group>
        ))}
        <Command.Group heading="Reviews">
          {reviews.map((review) => (
            <Command.Item
              key={review.id}
              value={`review ${review.title} ${review.id}`}
              onSelect={choose(() =>
                go({ page: "review", reviewId: review.id, stage: "screen", recordId: null }),
              )}
            >
              {review.title}
            </Command.Item>
          ))}
        </Command.Group>
      </Command.List>
    </Command>
  );
}

type PaletteItemProps = {
  group: string;
  shortcut: Shortcut;
  choose: (act: () => void) => () => void;
};

function PaletteItem({ group, shortcut, choose }: PaletteItemProps) {
  const first = [shortcut.keys].flat()[0] ?? "";
  return (
    <Command.Item value={`${group} ${shortcut.label}`} onSelect={choose(() => shortcut.run(first))}>
      <span>{shortcut.label}</span>
      <kbd>{shortcutText(shortcut)[0]}</kbd>
    </Command.Item>
  );
}
