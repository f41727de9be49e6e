/** For tests: a provider that needs no vendor. */
export { createMemoryProvider, type MemoryProvider } from './memory-provider.js';
export type { MemoryCall, MemoryIdentity, MemoryOptions } from './memory/state.js';
export type { MemorySignIn } from './memory/login.js';
export type { MemoryConnectionSeed, MemoryOrganizationSeed, MemoryWorld } from './memory/world.js';
export type { MemoryDirectorySeed, MemoryDirectoryWorld, MemoryPerson } from './memory/directory-world.js';
export type { MemoryWebhook } from './memory/webhooks.js';
