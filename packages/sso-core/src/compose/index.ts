/** Providers made of providers: run two vendors at once. */
export { routed, type ProviderSupport, type RoutedOptions, type RoutedProvider } from './routed.js';
export { createMemoryRoutes, type MemoryRoutes, type Routes, type RouteTarget } from './routes.js';
export { shadowed, type ShadowedOptions } from './shadowed.js';
export type { NotCompared, ShadowReport } from './shadow-observer.js';
export type { CounterpartOf } from './counterparts.js';
export {
  createComparison,
  defaultIgnoredFields,
  type Comparison,
  type ComparisonOptions,
  type FieldDifference,
} from './comparison.js';
