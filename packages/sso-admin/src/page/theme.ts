import { invalid } from './page-settings.js';

/** CSS values by variable, each set as `--sso-<name>`. Colours of text on them must keep a contrast of 4.5. */
export interface ThemeColors {
  readonly background?: string;
  /** Of cards. */
  readonly surface?: string;
  readonly text?: string;
  /** Of what matters less. */
  readonly muted?: string;
  readonly border?: string;
  /** Of links and of the main buttons. */
  readonly accent?: string;
  /** Of text on the accent. */
  readonly onAccent?: string;
  /** Of what takes something away. */
  readonly danger?: string;
  /** Of text on it. */
  readonly onDanger?: string;
  /** Of the marks of what works, and of what wants attention. No text has them. */
  readonly good?: string;
  readonly warning?: string;
}

export interface SettingsTheme {
  readonly light?: ThemeColors;
  readonly dark?: ThemeColors;
  /** A CSS font family. */
  readonly font?: string;
  /** Of cards and buttons, such as `8px`. */
  readonly radius?: string;
}

const lightColors: Required<ThemeColors> = {
  background: '#f6f7f9',
  surface: '#ffffff',
  text: '#16191f',
  muted: '#565d6b',
  border: '#d9dde4',
  accent: '#1d4ed8',
  onAccent: '#ffffff',
  danger: '#b42318',
  onDanger: '#ffffff',
  good: '#1a7f4b',
  warning: '#b26a00',
};

const darkColors: Required<ThemeColors> = {
  background: '#101318',
  surface: '#181c23',
  text: '#e8eaee',
  muted: '#a3abb8',
  border: '#323945',
  accent: '#8fb4ff',
  onAccent: '#0b1730',
  danger: '#ff9b90',
  onDanger: '#3a0905',
  good: '#4cc38a',
  warning: '#f0b357',
};

/** The variables as CSS. Throws `invalid_argument` for a value that could be more than one. */
export function themeCss({
  light,
  dark,
  font = 'system-ui, sans-serif',
  radius = '10px',
}: SettingsTheme): string {
  const shared = `color-scheme:light dark;${variable('font', font)}${variable('radius', radius)}`;
  return `:root{${shared}${variables({ ...lightColors, ...light })}}
@media (prefers-color-scheme:dark){:root{${variables({ ...darkColors, ...dark })}}}`;
}

function variables(colors: ThemeColors): string {
  return Object.entries(colors)
    .map(([name, value]) =>
      variable(
        name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`),
        value as string,
      ),
    )
    .join('');
}

function variable(name: string, value: string): string {
  if (typeof value !== 'string' || !/^[^;{}<>\\@]{1,200}$/.test(value)) {
    throw invalid(`theme has a value for "${name}" that is no CSS value`);
  }
  return `--sso-${name}:${value};`;
}
