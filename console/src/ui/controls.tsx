import { forwardRef, useState, type ButtonHTMLAttributes, type ReactElement, type ReactNode } from 'react';
import { Menu as MantineMenu, Tooltip as MantineTooltip } from '@mantine/core';
import { Link } from 'wouter';
import { useT } from '../i18n/i18n';
import { IconCheck, IconCopy, IconDots } from './icons';

type Tone = 'plain' | 'primary' | 'danger' | 'danger solid' | 'quiet';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: Tone;
  small?: boolean;
  wide?: boolean;
  busy?: boolean;
  icon?: ReactNode;
  /** Says why it cannot be pressed; the button stays reachable so that the reason can be read. */
  why?: string;
}

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
  { tone = 'plain', small, wide, busy, icon, why, className = '', children, type = 'button', disabled, onClick, ...rest }, ref) {
  const button = (
    <button ref={ref} type={type} {...rest} data-busy={busy || undefined} disabled={disabled && !why}
      aria-disabled={Boolean(why || busy) || undefined} aria-busy={busy || undefined}
      onClick={why || busy ? (event) => event.preventDefault() : onClick}
      className={`button ${tone} ${small ? 'small' : ''} ${wide ? 'wide' : ''} ${children ? '' : 'icon'} ${className}`}>
      {busy && <span className="spinner" aria-hidden />}
      {icon}
      {children}
    </button>
  );
  return why ? <Tooltip label={why}>{button}</Tooltip> : button;
});

interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon'> { label: string; icon: ReactNode }

export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton({ label, ...rest }, ref) {
  return <Tooltip label={label}><Button ref={ref} aria-label={label} tone="quiet" {...rest} /></Tooltip>;
});

export function LinkButton({ href, tone = 'plain', icon, small, wide, children, external }: { href: string; tone?: Tone; icon?: ReactNode;
  small?: boolean; wide?: boolean; children: ReactNode; external?: boolean }) {
  const className = `button ${tone} ${small ? 'small' : ''} ${wide ? 'wide' : ''}`;
  return external ? <a href={href} target="_blank" rel="noreferrer" className={className}>{icon}{children}</a>
    : <Link href={href} className={className}>{icon}{children}</Link>;
}

export function Tooltip({ label, children }: { label: ReactNode; children: ReactElement }) {
  return <MantineTooltip label={label} openDelay={350} multiline maw={320} transitionProps={{ duration: 80 }} events={{ hover: true, focus: true, touch: false }}>{children}</MantineTooltip>;
}

/** Menus belong to the page's landmark, also for those who hear the page. */
export const IN_MAIN = { target: '#main' };

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  tone?: 'red';
  href?: string;
  why?: string;
  divided?: boolean;
  onSelect?: () => void;
}

export function Menu({ items, label, children, small }: { items: (MenuItem | false | undefined)[]; label?: string; children?: ReactElement;
  small?: boolean }) {
  const t = useT();
  const shown = items.filter((item): item is MenuItem => Boolean(item));
  if (!shown.length) {
    return null;
  }
  return (
    <MantineMenu position="bottom-end" portalProps={IN_MAIN} withInitialFocusPlaceholder={false} transitionProps={{ duration: 80 }} offset={4} width="max-content">
      <MantineMenu.Target>
        {children ?? <Button small={small} tone={small ? 'quiet' : 'plain'} aria-label={label ?? t('more')} icon={<IconDots size={16} />} />}
      </MantineMenu.Target>
      <MantineMenu.Dropdown miw={180}>
        {shown.map((item, index) => (
          <div key={item.label} role="none">
            {item.divided && index > 0 && <MantineMenu.Divider />}
            {item.href
              ? <MantineMenu.Item component={Link} href={item.href} leftSection={item.icon}>{item.label}</MantineMenu.Item>
              : <MantineMenu.Item data-tone={item.tone} leftSection={item.icon} disabled={Boolean(item.why)} title={item.why}
                  onClick={item.onSelect}>{item.label}</MantineMenu.Item>}
          </div>
        ))}
      </MantineMenu.Dropdown>
    </MantineMenu>
  );
}

export function Segment<V extends string>({ value, options, onChange, label }: { value: V; label: string;
  options: { value: V; label: string; icon?: ReactNode }[]; onChange: (value: V) => void }) {
  return (
    <div className="segment" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>
          {option.icon}{option.label}
        </button>
      ))}
    </div>
  );
}

export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

function useCopied(text: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  return [copied, () => void copyText(text).then(() => {
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  })];
}

/** A text to copy by pressing it. */
export function CopyText({ text, children, mono = true }: { text: string; children?: ReactNode; mono?: boolean }) {
  const t = useT();
  const [copied, copy] = useCopied(text);
  return (
    <button type="button" className={`copy ${mono ? 'mono' : ''}`} onClick={copy} title={t('copy')}>
      <span className="clip">{children ?? text}</span><span className="sr">{t('copy')}</span>
      {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
    </button>
  );
}

/** A longer text in a frame with a copy button: commands, tokens, addresses. */
export function CopyBox({ text, label }: { text: string; label?: string }) {
  const t = useT();
  const [copied, copy] = useCopied(text);
  return (
    <div className="copybox">
      <code aria-label={label}>{text}</code>
      <Button small tone="quiet" onClick={copy} icon={copied ? <IconCheck size={15} /> : <IconCopy size={15} />}>{copied ? t('copied') : t('copy')}</Button>
    </div>
  );
}

export const Kbd = ({ children }: { children: ReactNode }) => <kbd className="kbd">{children}</kbd>;
