/**
 * Loads on first use and keeps what was loaded: `loadOnce(() => import('./wire/user.js'))`. A module that is imported again is looked
 * up again, which takes longer than to verify a webhook.
 */
export function loadOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}
