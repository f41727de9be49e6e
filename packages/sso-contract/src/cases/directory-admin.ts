import { SsoError, type DirectoryId, type DirectoryRef, type OrganizationId } from '@org/sso-core';
import { directorySchema } from '@org/sso-core/schemas';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import { collect, createDirectory, optIn, strangerLike } from './support.js';

const requires = ['directories', 'directoryAdmin'] as const;
const needs = ['world.directories'] as const;
const operations = ['enable', 'disable', 'delete'] as const;

/** Of a directory that need not exist, as nothing is sent. */
const anyRef = ({ owner }: CaseContext) => ({
  organizationId: `${owner.id}:org_1` as OrganizationId,
  directoryId: `${owner.id}:directory_1` as DirectoryId,
});

function attempts({ sso, provider }: CaseContext, ref: DirectoryRef) {
  const options = optIn(provider);
  return {
    enable: () => sso.directoryAdmin.enable(ref, options),
    disable: () => sso.directoryAdmin.disable(ref, options),
    delete: () => sso.directoryAdmin.delete(ref, options),
  };
}

export const directoryAdminCases: readonly ContractCase[] = [
  {
    id: 'DIRADM-01',
    title: 'disable makes an active directory inactive, and enable takes it back.',
    requires,
    features: ['directoryAdmin.enable', 'directoryAdmin.disable'],
    needs,
    async run(context) {
      const { sso, check } = context;
      const ref = await createDirectory(context);
      const { enable, disable } = attempts(context, ref);
      const disabled = await disable();
      check.shape(directorySchema, disabled);
      check.equal([disabled.id, disabled.status], [ref.directoryId, 'inactive']);
      check.equal((await sso.directories.get(ref)).status, 'inactive');
      check.equal((await enable()).status, 'active');
    },
  },
  {
    id: 'DIRADM-02',
    title: 'A directory of another organization is not_found, and stays as it is.',
    requires,
    needs,
    async run(context) {
      const { sso, check, provider } = context;
      const [acme, globex] = [await createDirectory(context), await createDirectory(context)];
      const foreign = { organizationId: globex.organizationId, directoryId: acme.directoryId };
      for (const operation of operations) {
        if (provider.directoryAdmin.features[operation] !== false)
          await check.rejects(attempts(context, foreign)[operation], 'not_found');
      }
      check.equal((await sso.directories.get(acme)).status, 'active');
    },
  },
  {
    id: 'DIRADM-03',
    title: 'An unknown directory is not_found.',
    requires,
    needs,
    async run(context) {
      const { check, provider } = context;
      const { organizationId, directoryId } = await createDirectory(context);
      const unknown = { organizationId, directoryId: strangerLike(directoryId) };
      for (const operation of operations) {
        if (provider.directoryAdmin.features[operation] !== false)
          await check.rejects(attempts(context, unknown)[operation], 'not_found');
      }
      check.ok(
        operations.some((operation) => provider.directoryAdmin.features[operation] !== false),
        'a facet without any operation is none',
      );
    },
  },
  {
    id: 'DIRADM-04',
    title:
      'A deleted directory is gone; where the vendor wants it disabled first, that is failed_precondition.',
    requires,
    features: ['directoryAdmin.delete'],
    needs,
    async run(context) {
      const { sso, check } = context;
      const ref = await createDirectory(context);
      const { disable, delete: remove } = attempts(context, ref);
      const refusal: unknown = await remove().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refusal !== undefined) {
        check.equal(SsoError.isInstance(refusal) && refusal.code, 'failed_precondition');
        check.equal((await sso.directories.get(ref)).status, 'active');
        await disable();
        await remove();
      }
      await check.rejects(() => sso.directories.get(ref), 'not_found');
      check.equal(await collect(sso.directories.list({ organizationId: ref.organizationId })), []);
    },
  },
  ...operations.map((operation, index): ContractCase => ({
    id: `DIRADM-${11 + index}`,
    title: `Where ${operation} is not supported, it is refused before any request, opt-in or not.`,
    requires,
    without: `directoryAdmin.${operation}`,
    run: (context) => context.check.unsupported(attempts(context, anyRef(context))[operation]),
  })),
  ...operations.map((operation, index): ContractCase => ({
    id: `DIRADM-${21 + index}`,
    title: `Where ${operation} is a preview, it is failed_precondition before any request unless the caller opts in.`,
    requires,
    features: [`directoryAdmin.${operation}=preview`],
    async run(context) {
      const { sso, check } = context;
      const ref = anyRef(context);
      const error = await check.sends(0, () =>
        check.rejects(() => sso.directoryAdmin[operation](ref), 'failed_precondition'),
      );
      check.matches(error.message, /allowPreview/, 'the message says how to opt in');
    },
  })),
];
