import { createTheme, localStorageColorSchemeManager, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 7 },
  colors: { teal: ['#eef8f7', '#d9eeec', '#b4ddd9', '#85c8c2', '#51aea7', '#2b958d', '#147f78', '#0b6e69', '#085753', '#05403d'] },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontSmoothing: false,
});

export const variables: CSSVariablesResolver = () => ({
  variables: { '--mantine-line-height': '20px' },
  light: { '--mantine-color-body': 'var(--panel)', '--mantine-color-text': 'var(--text)', '--mantine-color-dimmed': 'var(--text-2)', '--mantine-color-placeholder': 'var(--text-3)', '--mantine-color-error': 'var(--red)' },
  dark: { '--mantine-color-body': 'var(--panel)', '--mantine-color-text': 'var(--text)', '--mantine-color-dimmed': 'var(--text-2)', '--mantine-color-placeholder': 'var(--text-3)', '--mantine-color-error': 'var(--red)' },
});

export const schemes = localStorageColorSchemeManager({ key: 'openpanel-theme' });

/** For the style elements that the kit makes; the panel puts a fresh one into each page it serves. */
export const styleNonce = (): string => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
