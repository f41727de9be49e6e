/** By the names both connections and directories use; their numbers differ [P]. */
const identityProviderByProvider = new Map([
  ['OKTA', 'okta'],
  ['MICROSOFT_AD', 'entra-id'],
  ['GOOGLE', 'google'],
  ['ONELOGIN', 'onelogin'],
  ['JUMPCLOUD', 'jumpcloud'],
  ['PING_IDENTITY', 'ping-identity'],
  ['AUTH0', 'auth0'],
  ['ADFS', 'adfs'],
  ['CUSTOM', 'generic'],
]);

const providerByIdentityProvider = new Map(
  [...identityProviderByProvider].map(([provider, identityProvider]) => [identityProvider, provider]),
);

/** Scalekit's word for an identity provider; one without a neutral name is Scalekit's own in lower case. */
export function toProvider(identityProvider: string): string {
  return providerByIdentityProvider.get(identityProvider) ?? identityProvider.toUpperCase();
}

/** The neutral name; Scalekit's own in lower case where there is none. */
export function toIdentityProvider(provider: string): string {
  return identityProviderByProvider.get(provider) ?? provider.toLowerCase();
}
