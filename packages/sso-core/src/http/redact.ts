const credentialPatterns = [/\bBearer\s+\S+/gi, /\beyJ[\w-]+\.[\w-]+\.?[\w-]*\b/g, /\b(?:sk|whsec)_\w+/g];

/** Removes the given secrets, and whatever looks like a credential, from a vendor's text; shortens it to 300 characters. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[redacted]');
  for (const pattern of credentialPatterns) clean = clean.replace(pattern, '[redacted]');
  return clean.length > 300 ? `${clean.slice(0, 299)}…` : clean;
}
