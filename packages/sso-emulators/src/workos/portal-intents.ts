import { type EmulatorResponse, ResponseError } from '../kernel/http.js';
import { messagePage, markup } from '../kernel/pages.js';
import {
  addForm,
  button,
  facts,
  type PortalItem,
  portalPage,
  type PortalSection,
  removal,
} from '../kernel/portal-pages.js';
import { identityProviders } from '../kernel/seed.js';
import type { WireEvent } from './audit-logs.js';
import { isDomainName } from './body.js';
import { scimUrl } from './directories.js';
import { certificateData } from './event-data.js';
import type { Connection, Directory, Organization, OrganizationDomain, PortalLink } from './objects.js';
import type { WorkosState } from './state.js';

export const portalIntents = [
  'sso',
  'dsync',
  'audit_logs',
  'log_streams',
  'domain_verification',
  'certificate_renewal',
  'bring_your_own_key',
] as const;
export type PortalIntent = (typeof portalIntents)[number];

export function isPortalIntent(word: string): word is PortalIntent {
  return (portalIntents as readonly string[]).includes(word);
}

export interface Portal {
  readonly state: WorkosState;
  readonly domainPolicy: boolean;
  /** Of the emulator. */
  readonly origin: string;
  readonly link: PortalLink;
}

interface View extends Portal {
  readonly organization: Organization;
}

/** What a form does, by the name of its field; the value says to what. Whether the set-up is finished by it. */
type Actions = Readonly<Record<string, (view: View, id: string, form: URLSearchParams) => boolean>>;

interface Intent {
  readonly purpose: string;
  readonly lead: string;
  readonly sections: (view: View) => readonly PortalSection[];
  readonly actions: Actions;
}

export function showPortal(portal: Portal): EmulatorResponse {
  const view = viewOf(portal);
  const { purpose, lead, sections } = intents[portal.link.intent];
  return portalPage({
    organization: view.organization.name,
    purpose,
    lead,
    sections: sections(view),
    back: portal.link.returnUrl,
  });
}

/** Does what a form of the page asks for; answers whether the set-up is finished by it. */
export function submitPortal(portal: Portal, form: URLSearchParams): boolean {
  const { actions } = intents[portal.link.intent];
  const [name = '', act] = Object.entries(actions).find(([field]) => form.has(field)) ?? [];
  if (!act) throw refused('This link is not for that', 'Ask for another one in the app.');
  return act(viewOf(portal), form.get(name) ?? '', form);
}

function viewOf(portal: Portal): View {
  return { ...portal, organization: portal.state.organizations.get(portal.link.organizationId)! };
}

const verify: Actions = {
  verify({ state, organization }, id) {
    const domain = owned(organization.domains, id);
    if (domain.state !== 'verified') state.setDomainState(domain, 'verified');
    return false;
  },
};

const intents: Readonly<Record<PortalIntent, Intent>> = {
  sso: {
    purpose: 'Single sign-on',
    lead: 'Set up how your people sign in.',
    sections: (view) => [pendingDomains(view), connections(view)].filter((section) => section !== undefined),
    actions: {
      ...verify,
      activate(view, id) {
        requireVerifiedDomain(view);
        view.state.updateConnection(ownConnection(view, id), { status: 'active' });
        return true;
      },
      deactivate(view, id) {
        view.state.updateConnection(ownConnection(view, id), { status: 'inactive' });
        return false;
      },
      remove(view, id) {
        view.state.deleteConnection(ownConnection(view, id));
        return false;
      },
      identityProvider(view, chosen, form) {
        requireVerifiedDomain(view);
        const { state, organization } = view;
        if (state.connectionsOf(organization.id).length > 0)
          throw refused('There is a connection already', 'Remove it first: an organization has one here.');
        state.createConnection(organization.id, {
          ...named(organization, chosen),
          protocol: form.get('protocol') === 'oidc' ? 'oidc' : 'saml',
          status: 'validating',
        });
        return true;
      },
    },
  },
  dsync: {
    purpose: 'Directory sync',
    lead: 'Connect the directory that provisions your people.',
    sections: (view) => [directories(view)],
    actions: {
      activate(view, id) {
        view.state.directories.update(ownDirectory(view, id), { state: 'linked' });
        return true;
      },
      deactivate(view, id) {
        view.state.directories.update(ownDirectory(view, id), { state: 'unlinked' });
        return false;
      },
      remove(view, id) {
        view.state.directories.delete(ownDirectory(view, id));
        return false;
      },
      identityProvider({ state, organization }, chosen) {
        state.directories.create(organization.id, { ...named(organization, chosen), state: 'validating' });
        return true;
      },
    },
  },
  domain_verification: {
    purpose: 'Domain verification',
    lead: 'Prove that the e-mail domains of your people are yours.',
    sections: ({ organization }) => [
      {
        title: 'Domains',
        items: organization.domains.map(domainItem),
        none: 'There is none yet.',
        add: markup`<form method="post" class="add"><label>Domain <input name="add" required autocomplete="off" placeholder="acme.example"></label><button>Add the domain</button></form>`,
      },
    ],
    actions: {
      verify: (...given) => verify['verify']!(...given) || true,
      add({ state, organization }, name) {
        if (!isDomainName(name)) throw refused('That is no domain', 'A domain is like acme.example.');
        if (state.domainsNamed(name).length === 0) state.addDomain(organization, name, 'pending');
        return false;
      },
    },
  },
  certificate_renewal: {
    purpose: 'Certificate renewal',
    lead: 'Renew the certificate your identity provider signs with.',
    sections: (view) => [
      {
        title: 'SAML connections',
        items: samlConnections(view).map((connection) => ({
          ...connectionItem(connection),
          actions: [
            button({
              label: 'Renew the certificate',
              of: `of ${connection.name}`,
              fields: { renew: connection.id },
            }),
          ],
        })),
        none: 'There is none, and so no certificate.',
      },
    ],
    actions: {
      renew(view, id) {
        const connection = owned(samlConnections(view), id);
        const data = certificateData(connection, { kind: 'renewed' }, view.state.now());
        view.state.events.emit('connection.saml_certificate_renewed', connection.organizationId, data);
        return true;
      },
    },
  },
  audit_logs: {
    purpose: 'Audit logs',
    lead: 'What was recorded of your organization, newest first.',
    sections: (view) => [{ title: 'Events', items: auditItems(view), none: 'Nothing was recorded yet.' }],
    actions: {},
  },
  log_streams: {
    purpose: 'Log streams',
    lead: 'Where your audit log is sent to.',
    sections: () => [{ title: 'Streams', items: [], none: 'The emulator sends none.' }],
    actions: {},
  },
  bring_your_own_key: {
    purpose: 'Encryption keys',
    lead: 'Keys of your own.',
    sections: () => [{ title: 'Keys', items: [], none: 'The emulator has no keys.' }],
    actions: {},
  },
};

function pendingDomains({ organization }: View): PortalSection | undefined {
  const pending = organization.domains.filter(({ state }) => state !== 'verified');
  return pending.length === 0 ? undefined : { title: 'Domains', items: pending.map(domainItem) };
}

function domainItem({
  id,
  domain,
  state,
  verification_prefix: name,
  verification_token: value,
}: OrganizationDomain): PortalItem {
  const works = state === 'verified' || state === 'legacy_verified';
  return {
    name: domain,
    status: works ? 'verified' : state,
    works,
    ...(!works && {
      content: facts('The DNS record', [
        ['TXT record', `${name}.${domain}`],
        ['Value', value],
      ]),
      actions: [button({ label: 'Verify', of: domain, fields: { verify: id } })],
    }),
  };
}

function connections({ state, organization }: View): PortalSection {
  const items = state.connectionsOf(organization.id).map((connection) => {
    const { id, name, state: word } = connection;
    const action = (label: string, field: string) => ({ label, of: name, fields: { [field]: id } });
    return {
      ...connectionItem(connection),
      actions: [
        word === 'active'
          ? button(action('Deactivate', 'deactivate'), 'plain')
          : button(action('Activate', 'activate')),
        removal(action('Remove', 'remove'), 'Nobody signs in through it any more. A new one has another id.'),
      ],
    };
  });
  const add = addForm({
    label: 'Connect',
    choices: { identityProvider: identityProviders, protocol: ['saml', 'oidc'] },
  });
  return { title: 'Connection', items, none: 'There is none yet.', ...(items.length === 0 && { add }) };
}

function connectionItem({ name, connectionType, state }: Connection): PortalItem {
  return { name, detail: connectionType, status: state, works: state === 'active' };
}

function samlConnections({ state, organization }: View): Connection[] {
  return state.connectionsOf(organization.id).filter(({ protocol }) => protocol === 'saml');
}

function directories({ state, organization, origin }: View): PortalSection {
  const items = state.directories.of(organization.id).map((directory): PortalItem => {
    const { id, name, type, state: word, contents, token } = directory;
    const action = (label: string, field: string) => ({ label, of: name, fields: { [field]: id } });
    return {
      name,
      detail: `${type} · ${count(contents.users.size, 'person', 'people')}, ${count(contents.groups.size, 'group', 'groups')}`,
      status: word,
      works: word === 'linked',
      content: facts('For your identity provider', [
        ['SCIM endpoint', scimUrl(origin, directory)],
        ['Bearer token', token],
      ]),
      actions: [
        word === 'linked'
          ? button(action('Deactivate', 'deactivate'), 'plain')
          : button(action('Activate', 'activate')),
        removal(action('Remove', 'remove'), 'Its people and groups go with it.'),
      ],
    };
  });
  return {
    title: 'Directory',
    items,
    none: 'There is none yet.',
    ...(items.length === 0 && {
      add: addForm({ label: 'Connect', choices: { identityProvider: identityProviders } }),
    }),
  };
}

function auditItems({ state, organization }: View): PortalItem[] {
  const newest = state.auditLogs.events(organization.id).slice(-50).toReversed();
  return newest.map(({ event }) => {
    const { action, occurred_at: at, actor, targets, context } = event as unknown as WireEvent;
    return {
      name: action,
      detail: `${actor.name ?? actor.id}, from ${context.location}`,
      status: at.replace('T', ' ').slice(0, 16),
      works: false,
      content: facts(
        'Targets',
        targets.map(({ type, id, name }) => [type, name ?? id]),
      ),
    };
  });
}

/** Not where the organization lets any address in. */
function requireVerifiedDomain({ domainPolicy, organization }: View): void {
  const isVerified = organization.domains.some(({ state }) => state === 'verified');
  if (domainPolicy && !isVerified && !organization.allow_profiles_outside_organization)
    throw refused('Verify a domain first', 'SSO needs a verified domain of the organization.');
}

function ownConnection({ state, organization }: View, id: string): Connection {
  return owned(state.connectionsOf(organization.id), id);
}

function ownDirectory({ state, organization }: View, id: string): Directory {
  return owned(state.directories.of(organization.id), id);
}

/** One of the organization's own: a form can name any id. */
function owned<T extends { readonly id: string }>(all: readonly T[], id: string): T {
  const found = all.find((one) => one.id === id);
  if (!found) throw refused('That is not there any more', 'Go back and load the page again.');
  return found;
}

function named(organization: Organization, chosen: string) {
  const identityProvider = identityProviders.find((known) => known === chosen) ?? 'generic';
  return { identityProvider, name: `${organization.name} ${identityProvider}` };
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

function refused(title: string, message: string): ResponseError {
  return new ResponseError(messagePage(title, message, 400));
}
