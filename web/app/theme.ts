import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = [
  '#eaf7f2',
  '#d8eee6',
  '#b3dccd',
  '#8bcab2',
  '#66b99b',
  '#4aaa8a',
  '#2f9676',
  '#197f62',
  '#0b6b50',
  '#06503b',
];

/** Calm, and dark enough on white for WCAG AA. @param close what its crosses are called */
export const themeOf = (close: string) =>
  createTheme({
    colors: { brand },
    primaryColor: 'brand',
    primaryShade: 8,
    autoContrast: true,
    defaultRadius: 'md',
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
    headings: { fontWeight: '650' },
    cursorType: 'pointer',
    respectReducedMotion: true,
    components: {
      CloseButton: { defaultProps: { 'aria-label': close } },
      // A dialog's head is not the banner of the page.
      ModalHeader: { defaultProps: { role: 'presentation' } },
    },
  });

/** Mantine's dimmed text is too pale for AA, and so are yellow and orange on their own light ground. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5a6169',
    '--mantine-color-error': '#c1121f',
    '--mantine-color-yellow-light-color': '#7a4a00',
    '--mantine-color-orange-light-color': '#8f3a00',
  },
  dark: { '--mantine-color-dimmed': '#a9b0b7', '--mantine-color-error': '#ff8787' },
});
