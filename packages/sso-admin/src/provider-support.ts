import {
  parseQualifiedId,
  UnsupportedOperationError,
  type OrganizationId,
  type ProviderOptions,
  type SsoProvider,
} from '@org/sso-core';
import { membersOf, type Limitations } from '@org/sso-core/provider';
import { auditActions, type AuditAction } from './actions.js';

/** The provider an organization is at, where one stands for several; `undefined` for an organization of none. */
export function providerOf(provider: SsoProvider, organization: OrganizationId): SsoProvider | undefined {
  const { provider: id } = parseQualifiedId(organization);
  return membersOf(provider).find((member) => member.id === id);
}

/** Why a provider cannot do this; `undefined` when it can. A preview counts once it is opted into. */
export function findLack(
  provider: SsoProvider,
  action: AuditAction,
  options: ProviderOptions | undefined,
): UnsupportedOperationError | undefined {
  const { facet: name, feature }: { facet: (typeof auditActions)[AuditAction]['facet']; feature?: string } =
    auditActions[action];
  if (name === null) return undefined;
  const lacks = (reason: string | undefined) =>
    new UnsupportedOperationError({ facet: name, operation: action, provider: provider.id, reason });
  const facet = provider[name] as
    | { readonly features?: Readonly<Record<string, unknown>>; readonly limitations?: Limitations }
    | undefined;
  if (!facet) return lacks(`it has no "${name}" facet`);
  if (feature === undefined) return undefined;
  const support = facet.features?.[feature];
  if (support === false) return lacks(facet.limitations?.[feature]);
  if (support === 'preview' && options?.[provider.id]?.['allowPreview'] !== true)
    return lacks(
      `it is a preview, to be allowed with providerOptions: { ${provider.id}: { allowPreview: true } }`,
    );
  return undefined;
}
