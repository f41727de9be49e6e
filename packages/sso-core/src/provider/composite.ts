import type { SsoProvider } from './provider.js';

/** A provider that stands for several. Ids, entities and login flows are theirs, never its own. */
export interface CompositeProvider extends SsoProvider {
  readonly children: readonly SsoProvider[];
}

/** The providers whose ids and login flows this one answers to: itself, unless it stands for several. */
export function membersOf(provider: SsoProvider): readonly SsoProvider[] {
  return 'children' in provider ? (provider as CompositeProvider).children : [provider];
}
