import { portalIntentSchema, portalLinkSchema } from '@org/sso-core/schemas';
import type { ContractCase } from '../contract-case.js';
import { strangerLike } from './support.js';

const requires = ['adminPortal'] as const;
const intents = portalIntentSchema.options;

export const adminPortalCases: readonly ContractCase[] = [
  ...intents.map((intent, index): ContractCase => ({
    id: `PORTAL-${String(1 + index).padStart(2, '0')}`,
    title: `createLink for ${intent} answers a fresh link for the organization.`,
    requires,
    features: [`adminPortal.intents=${intent}`],
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      const first = await sso.adminPortal.createLink({ organizationId, intent });
      check.shape(portalLinkSchema, first);
      check.equal(first.organizationId, organizationId);
      const second = await sso.adminPortal.createLink({ organizationId, intent });
      check.ok(second.url !== first.url, 'the same link was given twice');
    },
  })),
  ...intents.map((intent, index): ContractCase => ({
    id: `PORTAL-${String(11 + index).padStart(2, '0')}`,
    title: `Where the portal has no ${intent}, createLink for it is refused before any request.`,
    requires,
    without: `adminPortal.intents=${intent}`,
    async run({ sso, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      await check.unsupported(() => sso.adminPortal.createLink({ organizationId, intent }));
    },
  })),
  {
    id: 'PORTAL-21',
    title: 'A link that expires does so one to five minutes ahead.',
    requires,
    async run({ sso, provider, check, createCustomer, now }) {
      const { organizationId } = await createCustomer();
      const intent = provider.adminPortal.features.intents[0]!;
      const { expiresAt } = await sso.adminPortal.createLink({ organizationId, intent });
      const minutes = expiresAt === null ? null : (Date.parse(expiresAt) - now()) / 60_000;
      check.ok(minutes === null || (minutes > 0.5 && minutes < 5.5), `it expires in ${minutes} minutes`);
    },
  },
  {
    id: 'PORTAL-22',
    title: 'createLink for an unknown organization is not_found.',
    requires,
    async run({ sso, provider, check, createCustomer }) {
      const intent = provider.adminPortal.features.intents[0]!;
      const organizationId = strangerLike((await createCustomer()).organizationId);
      await check.rejects(() => sso.adminPortal.createLink({ organizationId, intent }), 'not_found');
    },
  },
  {
    id: 'PORTAL-23',
    title: 'Where links carry a return URL, createLink takes it and tells the vendor.',
    requires,
    features: ['adminPortal.returnUrl'],
    async run({ sso, provider, check, createCustomer, traffic }) {
      const { organizationId } = await createCustomer();
      const returnUrl = 'https://app.example/settings';
      const intent = provider.adminPortal.features.intents[0]!;
      const recorded = await traffic.record();
      check.shape(portalLinkSchema, await sso.adminPortal.createLink({ organizationId, intent, returnUrl }));
      const sent = (await recorded()).map(({ path, body }) => path + decodeURIComponent(body));
      check.ok(
        sent.some((text) => text.includes(returnUrl)),
        'the vendor is not told where to return',
      );
    },
  },
  {
    id: 'PORTAL-24',
    title: 'Where links carry no return URL, createLink with one is refused before any request.',
    requires,
    without: 'adminPortal.returnUrl',
    async run({ sso, provider, check, createCustomer }) {
      const { organizationId } = await createCustomer();
      await check.unsupported(() =>
        sso.adminPortal.createLink({
          organizationId,
          intent: provider.adminPortal.features.intents[0]!,
          returnUrl: 'https://app.example/settings',
        }),
      );
    },
  },
];
