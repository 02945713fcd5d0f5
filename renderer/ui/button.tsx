/** Buttons: three kinds, an optional icon, an optional key shown on it. Icon-only ones say their name on hover. */
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button as AriaButton, Tooltip, TooltipTrigger } from "react-aria-components";

type ButtonProps = {
  onPress: () => void;
  children?: ReactNode;
  kind?: "plain" | "primary" | "quiet" | "danger";
  icon?: LucideIcon;
  shortcut?: string;
  disabled?: boolean;
  className?: string;
  autoFocus?: boolean;
};

export function Button({
  onPress,
  children,
  kind = "plain",
  icon: Icon,
  shortcut,
  disabled = false,
  className = "",
  autoFocus = false,
}: ButtonProps) {
  return (
    <AriaButton
      className={`button ${className}`}
      data-kind={kind}
      onPress={onPress}
      isDisabled={disabled}
      autoFocus={autoFocus}
    >
      {Icon && <Icon size={15} aria-hidden />}
      {children}
      {shortcut && <kbd aria-hidden>{shortcut}</kbd>}
    </AriaButton>
  );
}

type IconButtonProps = {
  label: string;
  icon: LucideIcon;
  onPress: () => void;
  shortcut?: string;
  disabled?: boolean;
  pressed?: boolean;
};

export function IconButton({
  label,
  icon: Icon,
  onPress,
  shortcut,
  disabled = false,
  pressed,
}: IconButtonProps) {
  return (
    <TooltipTrigger delay={400}>
      <AriaButton
        className="button"
        data-kind="quiet"
        data-icon
        aria-label={label}
        onPress={onPress}
        isDisabled={disabled}
        {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      >
        <Icon size={16} aria-hidden />
      </AriaButton>
      <Tooltip className="tooltip" offset={4}>
        {label}
        {shortcut && <kbd>{shortcut}</kbd>}
      </Tooltip>
    </TooltipTrigger>
  );
}
