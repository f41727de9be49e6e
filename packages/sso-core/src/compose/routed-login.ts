import { SsoError } from '../errors.js';
import type { OrganizationId } from '../model/index.js';
import type { CallContext } from '../provider/context.js';
import type { LoginFacet, LoginRoute } from '../provider/facets/login.js';
import { optionsOf, type Child, type Children } from './children.js';
import { everyChild, someChild } from './features.js';

/** `route` fixes every login to one child, whose own facet then makes the request and takes the code. */
export function routedLogin(children: Children): LoginFacet {
  const { all, ownerOf, routedTo, fallback } = children;
  const facets = all.flatMap(({ provider }) => provider.login ?? []);
  const features = facets.map((facet) => facet.features);

  /** An organization is a customer: it may have moved. Its counterpart is known to the routes, or has the same external id. */
  async function routeOrganization(
    organization: OrganizationId,
    loginHint: string | undefined,
    context: CallContext,
  ): Promise<LoginRoute> {
    const owner = ownerOf(organization);
    const routed = await children.requireRoute({ organization, loginHint }, context.operation);
    if (routed === owner) return { provider: owner.provider, selector: { organization } };
    const known = await children.organizationAt(organization, routed);
    if (known !== null) return { provider: routed.provider, selector: { organization: known } };
    const options = optionsOf(context);
    const { externalId } = await owner.client.organizations.get(organization, options);
    if (externalId === null) {
      throw new SsoError({
        code: 'failed_precondition',
        message: `${context.operation}: ${organization} is routed to "${routed.provider.id}", but has no external id to find it by there`,
        provider: owner.provider.id,
        operation: context.operation,
      });
    }
    const { id } = await routed.client.organizations.getByExternalId(externalId, options);
    return { provider: routed.provider, selector: { organization: id } };
  }

  return {
    features: {
      selectors: [...new Set(features.flatMap(({ selectors }) => selectors))],
      idToken: everyChild(children, 'login', 'idToken'),
      idpInitiated:
        features.find(({ idpInitiated }) => idpInitiated === 'unsolicited_code')?.idpInitiated ??
        'signed_request',
      logout: features.find(({ logout }) => logout === 'id_token')?.logout ?? 'profile_id',
      logoutReturnTo: someChild(children, 'login', 'logoutReturnTo'),
    },
    clientId: facets.map(({ clientId }) => clientId).join(' '),
    issuer: null,
    async route({ selector, loginHint }, context) {
      const { organization, connection, domain, identityProvider } = selector;
      if (connection !== undefined) return { provider: ownerOf(connection).provider, selector };
      if (organization !== undefined) return routeOrganization(organization, loginHint, context);
      const child =
        (await routedTo(
          domain === undefined
            ? { identityProvider, loginHint }
            : { domain: domain.toLowerCase(), loginHint },
        )) ?? fallback;
      return child ? { provider: child.provider, selector } : null;
    },
    authorizationUrl: () => fixedFirst('login.authorizationUrl'),
    exchangeCode: async () => fixedFirst('login.exchangeCode'),
    rejectionReason: () => 'provider_error',
    readUnsolicited: (parameters, context) =>
      firstRecognised(all, (login) => login.readUnsolicited(parameters, context)),
    async verifyAccessToken(token, context) {
      const claims = await firstRecognised(all, (login) => login.verifyAccessToken(token, context));
      return claims!;
    },
    async logoutUrl(request, context) {
      if (facets.length === 1) return facets[0]!.logoutUrl(request, context);
      throw new SsoError({
        code: 'invalid_argument',
        message: `${context.operation} needs provider, the profile.provider of the login`,
        operation: context.operation,
      });
    },
  };
}

function fixedFirst(operation: string): never {
  throw new SsoError({
    code: 'failed_precondition',
    message: `${operation} belongs to the provider that route chose`,
    operation,
  });
}

/**
 * The first answer of a child that recognises what it is shown. What one cannot verify may be another's; when nobody can, the refusal
 * of the last one stands.
 */
async function firstRecognised<Answer>(
  all: readonly Child[],
  ask: (login: LoginFacet) => Promise<Answer | null>,
): Promise<Answer | null> {
  let refusal: SsoError | undefined;
  for (const { provider } of all) {
    if (!provider.login) continue;
    try {
      const answer = await ask(provider.login);
      if (answer !== null) return answer;
    } catch (error) {
      if (!SsoError.isInstance(error) || error.code !== 'verification_failed') throw error;
      refusal = error;
    }
  }
  if (refusal) throw refusal;
  return null;
}
