/** The contract every SSO provider adapter passes, as data and without a test runner. */
export { contractCases } from './cases/index.js';
export type { ContractCase, FeatureCondition } from './contract-case.js';
export { planContract, runCase, type ContractPlan, type RunCaseOptions } from './run-case.js';
export type { Random } from './random.js';
export type { CaseContext, ContractClient, Customer, Tenant } from './case-context.js';
export type { Check } from './check.js';
export { withoutFacets } from './without-facets.js';
export { createObservedTransport, type ObservedTransportOptions } from './observed-transport.js';
export { createMemoryHarness, type MemoryHarnessOptions } from './memory-harness.js';
export type {
  Ability,
  Awaitable,
  Clock,
  DirectoryWorld,
  Fault,
  Faults,
  Harness,
  IdentityProviderUser,
  NewConnection,
  NewDirectory,
  NewOrganization,
  NewPerson,
  TokenFlaw,
  Traffic,
  TrafficRequest,
  WebhookMessage,
  WebhookWorld,
  World,
} from './harness.js';
