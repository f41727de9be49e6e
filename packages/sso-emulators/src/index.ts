export {
  type ControlClient,
  createControlClient,
  type SignInAs,
  type WireObject,
} from './kernel/control-client.js';
export type { AuditEventOnRecord, CertificateNotice } from './kernel/control.js';
export type {
  DirectoryChanges,
  SeedDirectory,
  SeedDirectoryGroup,
  SeedDirectoryUser,
} from './kernel/directory-seed.js';
export type { Fault } from './kernel/faults.js';
export type { TamperOrder, TamperSigning } from './kernel/keys.js';
export { InvalidInputError } from './kernel/parse.js';
export {
  defaultSeed,
  type IdentityProvider,
  type IdpUser,
  type Protocol,
  readSeedFile,
  type Seed,
  type SeedAuditAction,
  type SeedConnection,
  type SeedOrganization,
} from './kernel/seed.js';
export type { TrafficEntry } from './kernel/traffic.js';
export type { EventFault, EventFaultKind } from './kernel/webhook-faults.js';
export type { DeliveryAttempt, WebhookDelivery, WebhookQueueOptions } from './kernel/webhook-queue.js';
export {
  type ScalekitEmulator,
  type ScalekitEmulatorOptions,
  startScalekitEmulator,
} from './scalekit/index.js';
export { startWorkosEmulator, type WorkosEmulator, type WorkosEmulatorOptions } from './workos/index.js';
