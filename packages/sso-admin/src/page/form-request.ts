const maxFormBytes = 16_384;

/** `undefined` for what no form of the page sends. */
export async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const [mediaType] = (request.headers.get('content-type') ?? '').split(';');
  if (mediaType?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxFormBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** Browsers say where a form was sent from. The token decides; this refuses what it would have to. */
export function isFromThisPage({ headers }: Request, origin: string): boolean {
  const [sentFrom, site] = [headers.get('origin'), headers.get('sec-fetch-site')];
  return (sentFrom === null || sentFrom === origin) && (site === null || site === 'same-origin');
}
