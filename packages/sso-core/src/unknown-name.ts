/** The first name among settings that `names`, which has all of them, does not have, and the known ones; `null` when there is none. */
export function findUnknownName(
  settings: object,
  names: Readonly<Record<string, true>>,
  parent?: string,
): { readonly unknown: string; readonly known: string } | null {
  const found = Object.keys(settings).find((name) => !Object.hasOwn(names, name));
  if (found === undefined) return null;
  const settingOf = (name: string) => (parent === undefined ? name : `${parent}.${name}`);
  return { unknown: settingOf(found), known: Object.keys(names).map(settingOf).join(', ') };
}
