/**
 * How playwright launches the Chromium or Chrome of this machine: the one CHROMIUM names, or an installed one. `undefined`, and a warning,
 * where there is none.
 */
export function findChromium(): { executablePath: string; args: string[] } | undefined;

/** Keeps a screenshot of the whole page in the folder SCREENSHOTS, when that is set, for a person to look at. */
export function look(
  page: { screenshot(options: { path: string; fullPage: boolean }): Promise<unknown> },
  name: string,
): Promise<void>;
