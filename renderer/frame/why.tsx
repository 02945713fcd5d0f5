/** The right-hand panel for "why": the page in view fills it; the frame owns its place and width. */
import { createContext, useContext, useLayoutEffect, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";

type Place = { node: HTMLElement | null; occupy: () => () => void };
const WhyContext = createContext<Place>({ node: null, occupy: () => () => {} });

/** Holds the panel's place; `render` gets the page and the panel's frame. */
export function WhyProvider({
  children,
}: {
  children: (panel: { ref: (node: HTMLElement | null) => void; used: boolean }) => ReactNode;
}) {
  const [node, setNode] = useState<HTMLElement | null>(null);
  const [users, setUsers] = useState(0);
  const [occupy] = useState(() => () => {
    setUsers((now) => now + 1);
    return () => setUsers((now) => now - 1);
  });
  return (
    <WhyContext value={{ node, occupy }}>{children({ ref: setNode, used: users > 0 })}</WhyContext>
  );
}

/** Content of the panel, from anywhere in a page. */
export function Why({ title, children }: { title: string; children: ReactNode }) {
  const { node, occupy } = useContext(WhyContext);
  useLayoutEffect(() => occupy(), [occupy]);
  if (node === null) return null;
  return createPortal(
    <section className="why-part" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>,
    node,
  );
}
