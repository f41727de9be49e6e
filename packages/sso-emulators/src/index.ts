export {
  type ControlClient,
  createControlClient,
  type SignInAs,
  type WireObject,
} from './kernel/control-client.js';
export type { Fault } from './kernel/faults.js';
export type { TamperOrder, TamperSigning } from './kernel/keys.js';
export {
  defaultSeed,
  type IdentityProvider,
  type IdpUser,
  InvalidInputError,
  type Protocol,
  readSeedFile,
  type Seed,
  type SeedConnection,
  type SeedOrganization,
} from './kernel/seed.js';
export type { TrafficEntry } from './kernel/traffic.js';
export {
  type ScalekitEmulator,
  type ScalekitEmulatorOptions,
  startScalekitEmulator,
} from './scalekit/index.js';
export { startWorkosEmulator, type WorkosEmulator, type WorkosEmulatorOptions } from './workos/index.js';
