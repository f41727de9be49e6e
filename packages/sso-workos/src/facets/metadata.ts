type Metadata = Readonly<Record<string, string>>;

/**
 * The body that makes `wanted` the whole metadata. WorkOS merges keys and deletes those sent as `null`, so that the present ones have to
 * be read first; `{}` clears everything. [D]
 */
export async function replaceMetadata(
  wanted: Metadata,
  readCurrent: () => Promise<{ readonly metadata: Metadata }>,
): Promise<Readonly<Record<string, string | null>>> {
  if (Object.keys(wanted).length === 0) return {};
  const current = await readCurrent();
  const removed = Object.keys(current.metadata).filter((key) => !Object.hasOwn(wanted, key));
  return { ...Object.fromEntries(removed.map((key) => [key, null])), ...wanted };
}
