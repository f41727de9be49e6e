import { z } from 'zod';
import { entityShape, idSchema, timestampSchema } from './common.js';

export const connectionStatusSchema = z.enum([
  'draft',
  'pending',
  'active',
  'inactive',
  'deleting',
  'unknown',
]);
export const connectionProtocolSchema = z.enum(['saml', 'oidc', 'oauth', 'unknown']);

export const serviceProviderSchema = z.object({
  /** SAML SP entity id (audience). */
  entityId: z.string().nullable(),
  /** SAML assertion consumer service URL. */
  acsUrl: z.string().nullable(),
  metadataUrl: z.string().nullable(),
  /** OIDC redirect URI to register at the identity provider. */
  redirectUri: z.string().nullable(),
});

export const connectionSchema = z.object({
  id: idSchema<'connection'>(),
  ...entityShape,
  /** `null` for environment-level connections, such as social logins. */
  organizationId: idSchema<'organization'>().nullable(),
  name: z.string(),
  protocol: connectionProtocolSchema,
  /** The identity provider's brand: a {@link knownIdentityProviders} constant, or the vendor's word in lower case. */
  identityProvider: z.string(),
  status: connectionStatusSchema,
  /** The vendor's own word for `status`. */
  vendorStatus: z.string().nullable(),
  /** Whether people can sign in through it now. A `pending` connection may. */
  acceptsLogins: z.boolean(),
  domains: z.array(z.string()),
  /** What the customer's IT admin enters at the identity provider; `null` where the vendor does not tell. */
  serviceProvider: serviceProviderSchema.nullable(),
  createdAt: timestampSchema.nullable(),
  updatedAt: timestampSchema.nullable(),
});

export const listConnectionsSchema = z.strictObject({
  organizationId: idSchema<'organization'>().optional(),
  /** E-mail domain, matched exactly. */
  domain: z.hostname().max(253).optional(),
});

export const connectionRefSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  connectionId: idSchema<'connection'>(),
});

const samlSettingsSchema = z.strictObject({
  idpEntityId: z.string().min(1).optional(),
  idpSsoUrl: z.url().optional(),
  idpMetadataUrl: z.url().optional(),
  /** PEM. */
  idpCertificate: z.string().min(1).optional(),
  /** Keeps the customer's configured audience when moving from another vendor. */
  spEntityId: z.string().min(1).optional(),
  /** Keeps the customer's configured ACS URL when moving from another vendor. */
  acsUrl: z.url().optional(),
});

const oidcSettingsSchema = z.strictObject({
  issuer: z.url().optional(),
  discoveryEndpoint: z.url().optional(),
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
});

const connectionSettingsShape = {
  identityProvider: z.string().min(1),
  protocol: z.enum(['saml', 'oidc']),
  saml: samlSettingsSchema.optional(),
  oidc: oidcSettingsSchema.optional(),
};

export const createConnectionSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  ...connectionSettingsShape,
});

export const updateConnectionSchema = z.strictObject(connectionSettingsShape);

/** Brands with one spelling across vendors. Others pass through in the vendor's word, lower-cased. */
export const knownIdentityProviders = [
  'okta',
  'entra-id',
  'google',
  'onelogin',
  'jumpcloud',
  'ping-identity',
  'auth0',
  'adfs',
  'generic',
] as const;

export type ConnectionStatus = z.infer<typeof connectionStatusSchema>;
export type ConnectionProtocol = z.infer<typeof connectionProtocolSchema>;
export interface ServiceProvider extends z.infer<typeof serviceProviderSchema> {}
/** A customer's single sign-on connection to its identity provider. */
export interface Connection extends z.infer<typeof connectionSchema> {}
export interface ListConnections extends z.infer<typeof listConnectionsSchema> {}
/** Names a connection inside its organization, so that an id of another tenant is refused. */
export interface ConnectionRef extends z.infer<typeof connectionRefSchema> {}
export interface CreateConnection extends z.infer<typeof createConnectionSchema> {}
export interface UpdateConnection extends z.infer<typeof updateConnectionSchema> {}

export const connectionChangeSchema = z.strictObject({
  ref: connectionRefSchema,
  changes: updateConnectionSchema,
});
