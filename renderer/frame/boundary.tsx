/** Keeps one broken page from taking the desk with it: the rail and the other pages go on. */
import { Component, type ReactNode } from "react";
import { Trouble } from "../ui/feedback.tsx";
import { asError } from "../use-call.ts";

type Props = { children: ReactNode };

export class Boundary extends Component<Props, { thrown: unknown }> {
  override state: { thrown: unknown } = { thrown: null };

  static getDerivedStateFromError(thrown: unknown): { thrown: unknown } {
    return { thrown };
  }

  override render(): ReactNode {
    if (this.state.thrown === null) return this.props.children;
    return (
      <div className="page-trouble">
        <Trouble
          error={asError(this.state.thrown)}
          kept="Every decision that showed its mark is on disk. The other pages still work."
          onRetry={() => this.setState({ thrown: null })}
        />
      </div>
    );
  }
}
