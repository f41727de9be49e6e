import type { Connection, ConnectionRef, UpdateConnection } from '@org/sso-core';
import { path, type ApiRequest } from '@org/sso-core/http';
import {
  loadOnce,
  type CallContext,
  type ConnectionAdminFacet,
  type ConnectionsFacet,
} from '@org/sso-core/provider';
import type { ScalekitApi } from '../api.js';
import { refusal } from '../errors.js';
import { ids } from '../ids.js';
import { toProvider } from '../wire/mappers/identity-provider.js';
import { toggle } from './toggle.js';

/** Longer values of the `domain` filter are refused [P]. */
const maxDomainFilterLength = 32;

const byId = ({ organizationId, connectionId }: ConnectionRef) =>
  path`/api/v1/organizations/${ids.strip(organizationId)}/connections/${ids.strip(connectionId)}`;

const wire = loadOnce(() => import('../wire/connection.js'));

async function readConnection(api: ScalekitApi, request: ApiRequest): Promise<Connection> {
  const { connectionAnswer } = await wire();
  return api.read(request, connectionAnswer);
}

export function createConnections(api: ScalekitApi): ConnectionsFacet {
  return {
    /** Not paged by the vendor: one page, whatever the size asked for [S]. */
    async listPage({ organizationId, domain: anyCase }, _page, context) {
      const { connectionsAnswer } = await wire();
      const domain = anyCase?.toLowerCase();
      const tooLong = domain !== undefined && domain.length > maxDomainFilterLength;
      const { items } = await api.read(
        {
          context,
          method: 'GET',
          path: '/api/v1/connections',
          query: {
            organization_id: organizationId && ids.strip(organizationId),
            domain: tooLong ? undefined : domain,
            // Without it drafts and disabled connections are left out [S].
            include: 'all',
          },
        },
        connectionsAnswer,
      );
      return {
        items: tooLong ? items.filter((connection) => connection.domains.includes(domain)) : items,
        nextCursor: null,
      };
    },
    get: async (ref, context) => readConnection(api, { context, method: 'GET', path: byId(ref) }),
  };
}

export function createConnectionAdmin(api: ScalekitApi): ConnectionAdminFacet {
  async function setEnabled(verb: 'enable' | 'disable', ref: ConnectionRef, context: CallContext) {
    await toggle(api, 'connection', verb, byId(ref), context);
    return readConnection(api, { context, method: 'GET', path: byId(ref) });
  }

  async function update(ref: ConnectionRef, input: UpdateConnection, context: CallContext) {
    return readConnection(api, {
      context,
      method: 'PATCH',
      path: byId(ref),
      json: toWireSettings(input, context),
      secrets: input.oidc?.clientSecret === undefined ? [] : [input.oidc.clientSecret],
    });
  }

  return {
    features: { enable: true, disable: true, create: 'preview', update: 'preview' },
    limitations: {
      create: 'Scalekit declares the REST binding in its SDKs without listing it in its API reference [P]',
      update: 'Scalekit declares the REST binding in its SDKs without listing it in its API reference [P]',
    },
    delete: async (ref, context) => api.send({ context, method: 'DELETE', path: byId(ref) }),
    enable: async (ref, context) => setEnabled('enable', ref, context),
    disable: async (ref, context) => setEnabled('disable', ref, context),
    async create({ organizationId, ...input }, context) {
      const { provider, type, ...settings } = toWireSettings(input, context);
      const created = await readConnection(api, {
        context,
        method: 'POST',
        path: path`/api/v1/organizations/${ids.strip(organizationId)}/connections`,
        json: { provider, type },
      });
      if (Object.keys(settings).length === 0) return created;
      const ref = { organizationId, connectionId: created.id };
      try {
        return await update(ref, input, context);
      } catch (error) {
        // Creation takes no settings [P], so an unfinished connection is removed: a second attempt must not leave two behind.
        await api
          .send({ context: { operation: context.operation }, method: 'DELETE', path: byId(ref) })
          .catch(() => undefined);
        throw error;
      }
    },
    update: async (ref, input, context) => update(ref, input, context),
  };
}

/** The body of an update [P]: `provider` and `type` belong on every one. */
function toWireSettings(input: UpdateConnection, context: CallContext) {
  const { identityProvider, protocol, saml, oidc } = input;
  const foreign = protocol === 'saml' ? 'oidc' : 'saml';
  if (input[foreign] !== undefined) {
    throw refusal(
      'invalid_argument',
      context,
      `a connection of protocol "${protocol}" takes no "${foreign}" settings`,
    );
  }
  const configurationType =
    saml?.idpMetadataUrl || oidc?.discoveryEndpoint
      ? 'DISCOVERY'
      : saml?.idpSsoUrl || saml?.idpCertificate
        ? 'MANUAL'
        : undefined;
  return {
    provider: toProvider(identityProvider),
    type: protocol.toUpperCase(),
    ...(configurationType && { configuration_type: configurationType }),
    ...(saml && {
      saml_config: {
        idp_entity_id: saml.idpEntityId,
        idp_sso_url: saml.idpSsoUrl,
        idp_metadata_url: saml.idpMetadataUrl,
        idp_certificate: saml.idpCertificate,
        sp_entity_id: saml.spEntityId,
        sp_assertion_url: saml.acsUrl,
      },
    }),
    ...(oidc && {
      oidc_config: {
        issuer: oidc.issuer,
        discovery_endpoint: oidc.discoveryEndpoint,
        client_id: oidc.clientId,
        client_secret: oidc.clientSecret,
      },
    }),
  };
}
