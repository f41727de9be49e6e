import type { InventoriedOrganization } from '../inventory/inventory.js';
import { about, type Draft } from './draft.js';

/** Only what is verified moves. Answers those domains. */
export function planDomains(
  { source, around, find, actions, customerTasks, intentOf }: Draft,
  target: InventoriedOrganization | null,
): string[] {
  const { from, to } = around;
  const { abilities } = to;
  const { id, tenantId } = source;
  const verified = source.domains.filter(({ status }) => status === 'verified');
  const unverified = source.domains.filter(({ status }) => status !== 'verified');
  const needProof: string[] = [];
  const cannot: string[] = [];
  for (const { domain } of verified) {
    const owners = around.sourceOwnersOf(domain).filter((owner) => owner !== id);
    if (owners.length > 0) {
      find(
        'domain_claimed_at_source',
        `${domain} is verified for other organizations at ${from.provider} too, so nothing says whose people they are. Leave it to one of them.`,
        about(domain, ...owners),
      );
    }
    const existing = target?.domains.find((each) => each.domain === domain);
    const holders = around.targetOwnersOf(domain).filter((owner) => owner !== target?.id);
    if (!existing && holders.length > 0) {
      find(
        'domain_claimed_at_target',
        `${domain} belongs to another organization at ${to.provider}. If that is this customer, give it the external id "${tenantId}"; otherwise remove the domain there.`,
        about(domain, ...holders),
      );
    } else if (!existing && !abilities.createDomains) {
      cannot.push(domain);
    } else {
      if (!existing)
        actions.push({
          action: 'create_domain',
          domain,
          verifiedAtOnce: abilities.domainsVerifiedOnCreate,
        });
      const isProven = existing ? existing.status === 'verified' : abilities.domainsVerifiedOnCreate;
      if (!isProven) needProof.push(domain);
    }
  }
  if (unverified.length > 0) {
    find(
      'domain_not_verified',
      `Domains that are not verified at ${from.provider} are left behind: moving a claim must not turn it into proof.`,
      about(...unverified.map(({ domain }) => domain)),
    );
  }
  if (cannot.length > 0)
    find(
      'domain_cannot_be_created',
      `${to.provider} does not let domains be added by API. Add them there.`,
      about(...cannot),
    );
  if (needProof.length > 0) {
    find(
      'domain_needs_proof',
      `${to.provider} wants these domains proven anew, by a DNS record of the customer.`,
      about(...needProof),
    );
    customerTasks.push({
      task: 'verify_domain',
      source: null,
      identityProvider: null,
      protocol: null,
      domains: needProof,
      portalIntent: intentOf('domain_verification'),
      values: [{ name: 'dns_record', old: null, new: null }],
    });
  }
  return verified.map(({ domain }) => domain);
}
