import { organizationId, SsoError, type OrganizationId } from '@org/sso-core';
import type { OrganizationReader } from '../inventory/read-organization.js';
import type { PlannedAction, PlannedOrganization } from '../plan/plan.js';
import type { CallSettings, Side } from '../side.js';
import type { Step, StepRunner } from './steps.js';

/** A planned organization that is known by its tenant id: all that are ready are. */
export type ReadyOrganization = PlannedOrganization & { readonly tenantId: string };

export interface ApplyOrganization {
  readonly planned: ReadyOrganization;
  readonly to: Side;
  /** Of the source. */
  readonly reader: OrganizationReader;
  readonly steps: StepRunner;
  readonly settings: CallSettings;
}

type Action<Name extends PlannedAction['action']> = Extract<PlannedAction, { readonly action: Name }>;

/** Does at the target what the plan says. Answers the organization there. */
export async function applyOrganization(work: ApplyOrganization): Promise<OrganizationId> {
  const { planned, steps } = work;
  const target = organizationId(await steps.run(organizationStep(work)));
  await requireProven(work);
  for (const action of planned.actions) {
    switch (action.action) {
      case 'create_organization':
        break;
      case 'enable_settings':
        await steps.run(settingsStep(work, target, action));
        break;
      case 'create_domain':
        await steps.run(domainStep(work, target, action));
        break;
      case 'create_connection':
        await steps.run(connectionStep(work, target, action));
        break;
    }
  }
  return target;
}

/** Names of the steps of an organization, in order. */
export function stepNamesOf({ actions }: PlannedOrganization): string[] {
  return [
    'organization',
    ...actions.flatMap((action) => (action.action === 'create_organization' ? [] : stepName(action))),
    enrollStep,
  ];
}

export const enrollStep = 'enroll';

function stepName(action: Exclude<PlannedAction, { readonly action: 'create_organization' }>): string {
  switch (action.action) {
    case 'enable_settings':
      return 'settings';
    case 'create_domain':
      return `domain:${action.domain}`;
    case 'create_connection':
      return `connection:${action.sourceConnection}`;
  }
}

function organizationStep({ planned, to, settings }: ApplyOrganization): Step {
  const { tenantId, actions } = planned;
  return {
    name: 'organization',
    async find() {
      try {
        const found = await to.call(
          (client, options) => client.organizations.getByExternalId(tenantId, options),
          settings,
        );
        return found.id;
      } catch (error) {
        if (SsoError.isInstance(error) && error.code === 'not_found') return null;
        throw error;
      }
    },
    async make() {
      const creation = actions.find(
        (action): action is Action<'create_organization'> => action.action === 'create_organization',
      );
      if (!creation) throw gone(planned, `its organization at ${to.provider.id} is not there any more`);
      const { name, metadata } = creation;
      const created = await to.callOnce(
        (client, options) =>
          client.organizationAdmin.create(
            {
              name,
              externalId: tenantId,
              ...(Object.keys(metadata).length > 0 && { metadata: { ...metadata } }),
            },
            options,
          ),
        settings,
      );
      return created.id;
    },
  };
}

function settingsStep(
  { to, settings: call }: ApplyOrganization,
  target: OrganizationId,
  { settings }: Action<'enable_settings'>,
): Step {
  return {
    name: 'settings',
    async find() {
      const { settings: now } = await to.call(
        (client, options) => client.organizations.get(target, options),
        call,
      );
      const isOn =
        (!settings.sso || now?.sso === true) && (!settings.directorySync || now?.directorySync === true);
      return isOn ? target : null;
    },
    async make() {
      await to.callOnce(
        (client, options) => client.organizationAdmin.updateSettings(target, { ...settings }, options),
        call,
      );
      return target;
    },
  };
}

function domainStep(
  { to, settings }: ApplyOrganization,
  target: OrganizationId,
  { domain }: Action<'create_domain'>,
): Step {
  return {
    name: `domain:${domain}`,
    async find() {
      const domains = await to.all(
        (client, options) => client.domains.list({ organizationId: target }, options),
        settings,
      );
      return domains.find((each) => each.domain.toLowerCase() === domain)?.id ?? null;
    },
    async make() {
      const created = await to.callOnce(
        (client, options) => client.domains.create({ organizationId: target, domain }, options),
        settings,
      );
      return created.id;
    },
  };
}

function connectionStep(
  { to, settings }: ApplyOrganization,
  target: OrganizationId,
  { sourceConnection, identityProvider, protocol }: Action<'create_connection'>,
): Step {
  const ids = async () => {
    const connections = await to.all(
      (client, options) => client.connections.list({ organizationId: target }, options),
      settings,
    );
    return connections.filter(
      (each) => each.identityProvider === identityProvider && each.protocol === protocol,
    );
  };
  return {
    name: `connection:${sourceConnection}`,
    // Nothing at the target says for whom a connection was made. What was there before was not made by this step.
    note: async () => (await ids()).map(({ id }) => id).join(' '),
    async find(known) {
      if (!known) return null;
      const there = await ids();
      const before = new Set(known.result?.split(' '));
      const found = there.find(({ id }) => (known.state === 'done' ? id === known.result : !before.has(id)));
      return found?.id ?? null;
    },
    async make() {
      const created = await to.callOnce(
        (client, options) =>
          client.connectionAdmin.create(
            { organizationId: target, identityProvider, protocol },
            { ...options, providerOptions: { [to.provider.id]: { allowPreview: true } } },
          ),
        settings,
      );
      return created.id;
    },
  };
}

/** What is about to be taken for proven at the target is looked at once more: between plan and now the customer may have lost it. */
async function requireProven({ planned, reader, settings }: ApplyOrganization): Promise<void> {
  const wanted = planned.actions.flatMap((action) =>
    action.action === 'create_domain' ? [action.domain] : [],
  );
  if (wanted.length === 0) return;
  const domains = await reader.readDomains(planned.source, settings);
  const proven = new Set(domains.filter(({ status }) => status === 'verified').map(({ domain }) => domain));
  const lost = wanted.find((domain) => !proven.has(domain));
  if (lost !== undefined) throw gone(planned, `${lost} is not verified at the source any more`);
}

function gone({ name, tenantId }: PlannedOrganization, what: string): SsoError {
  return new SsoError({
    code: 'failed_precondition',
    message: `${name} (${tenantId}): ${what}. Make the plan anew`,
  });
}
