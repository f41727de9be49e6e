import { invalidArgument } from '../errors.js';
import { facetNames, type SsoProvider } from './provider.js';

/**
 * Checks the shape of a provider and returns it with its exact type, so that `createSso` knows at compile time which facets
 * are there. Throws `invalid_argument` for a malformed id or an unknown member that looks like a misspelt facet.
 */
export function defineProvider<const P extends SsoProvider>(provider: P): P {
  if (!/^[a-z][a-z0-9-]*$/.test(provider.id)) {
    throw invalidArgument(
      `Provider id "${provider.id}" must be a lower-case word of letters, digits and hyphens`,
    );
  }
  if (provider.specificationVersion !== 'v1') {
    throw invalidArgument(
      `Provider "${provider.id}" has specificationVersion "${String(provider.specificationVersion)}"; this version of @org/sso-core understands "v1"`,
    );
  }
  if (provider.environment === '') throw invalidArgument(`Provider "${provider.id}" names no environment`);
  const members = new Set<string>([
    ...facetNames,
    'specificationVersion',
    'id',
    'environment',
    'native',
    'children',
    'supportsFor',
  ]);
  const unknown = Object.keys(provider).find((name) => !members.has(name));
  if (unknown !== undefined) {
    throw invalidArgument(
      `Provider "${provider.id}" has an unknown member "${unknown}"; facets are ${facetNames.join(', ')}`,
    );
  }
  return Object.freeze(provider);
}
