import { invitationSchema, memberSchema, membershipSchema, userSchema } from '@org/sso-core/schemas';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import { collect, strangerLike } from './support.js';

const requires = ['users'] as const;

async function createMember(
  { sso, world, unique }: CaseContext,
  options: { readonly sendInvitation?: boolean } = {},
) {
  const organizationId = await world.createOrganization({ name: unique('Acme') });
  const email = `${unique('ada')}@acme.example`;
  const member = await sso.users.create({
    organizationId,
    email,
    firstName: 'Ada',
    lastName: 'Adams',
    sendInvitation: false,
    ...options,
  });
  return { organizationId, email, ...member };
}

export const userCases: readonly ContractCase[] = [
  {
    id: 'USER-01',
    title: 'create without an invitation makes an active member, and get answers the user.',
    requires,
    async run({ sso, check, world, unique }) {
      const organizationId = await world.createOrganization({ name: unique('Acme') });
      const email = `${unique('ada')}@acme.example`;
      const member = await sso.users.create({
        organizationId,
        email,
        firstName: 'Ada',
        lastName: 'Adams',
        sendInvitation: false,
      });
      check.shape(memberSchema, member);
      const { user, membership, invitation } = member;
      check.equal([user.email, user.firstName, user.lastName], [email, 'Ada', 'Adams']);
      check.equal([membership.organizationId, membership.userId], [organizationId, user.id]);
      check.equal([membership.status, invitation], ['active', null]);
      const found = await sso.users.get(user.id);
      check.shape(userSchema, found);
      check.equal([found.id, found.email, found.firstName], [user.id, email, 'Ada']);
    },
  },
  {
    id: 'USER-02',
    title: 'create with an invitation makes a pending member and answers the pending invitation.',
    requires,
    async run(context) {
      const { check } = context;
      const { email, organizationId, membership, invitation } = await createMember(context, {
        sendInvitation: true,
      });
      check.equal(membership.status, 'pending');
      check.shape(invitationSchema, invitation);
      check.equal(
        [invitation?.status, invitation?.email, invitation?.organizationId],
        ['pending', email, organizationId],
      );
    },
  },
  {
    id: 'USER-03',
    title: 'create for a member is already_exists.',
    requires,
    async run(context) {
      const { sso, check } = context;
      const { organizationId, email } = await createMember(context);
      await check.rejects(
        () => sso.users.create({ organizationId, email, sendInvitation: false }),
        'already_exists',
      );
    },
  },
  {
    id: 'USER-04',
    title: 'create reuses the user with this e-mail address and leaves it unchanged.',
    requires,
    async run(context) {
      const { sso, check, world, unique } = context;
      const { user, email } = await createMember(context);
      const organizationId = await world.createOrganization({ name: unique('Globex') });
      const second = await sso.users.create({
        organizationId,
        email,
        firstName: 'Changed',
        sendInvitation: false,
      });
      check.equal([second.user.id, second.user.firstName], [user.id, 'Ada']);
      check.equal(second.membership.organizationId, organizationId);
      check.equal((await sso.users.get(user.id)).firstName, 'Ada');
    },
  },
  {
    id: 'USER-05',
    title: 'The list of an organization holds its users only, each once, whatever the page size.',
    requires,
    async run(context) {
      const { sso, check, world, unique } = context;
      await createMember(context);
      const organizationId = await world.createOrganization({ name: unique('Globex') });
      check.equal(await collect(sso.users.list({ organizationId })), []);
      const created: string[] = [];
      for (const name of ['ada', 'ben', 'cara']) {
        const email = `${unique(name)}@globex.example`;
        const { user } = await sso.users.create({ organizationId, email, sendInvitation: false });
        created.push(user.id);
      }
      const listed = await collect(sso.users.list({ organizationId }, { pageSize: 2 }));
      for (const user of listed) check.shape(userSchema, user);
      check.equal(listed.map(({ id }) => id).toSorted(), created.toSorted());
    },
  },
  {
    id: 'USER-06',
    title: 'The list of memberships holds pending and active ones.',
    requires,
    async run(context) {
      const { sso, check, unique } = context;
      const { organizationId, user } = await createMember(context);
      const invited = await sso.users.create({
        organizationId,
        email: `${unique('ben')}@acme.example`,
        sendInvitation: true,
      });
      const listed = await collect(sso.users.listMemberships({ organizationId }, { pageSize: 1 }));
      for (const membership of listed) check.shape(membershipSchema, membership);
      const statuses = Object.fromEntries(listed.map(({ userId, status }) => [userId, status]));
      check.equal(statuses, { [user.id]: 'active', [invited.user.id]: 'pending' });
    },
  },
  {
    id: 'USER-07',
    title: 'update changes what is given and leaves absent fields as they are.',
    requires,
    async run(context) {
      const { sso, check } = context;
      const { user } = await createMember(context);
      const updated = await sso.users.update(user.id, { firstName: 'Augusta' });
      check.shape(userSchema, updated);
      check.equal([updated.firstName, updated.lastName, updated.email], ['Augusta', 'Adams', user.email]);
      check.equal((await sso.users.get(user.id)).firstName, 'Augusta');
    },
  },
  {
    id: 'USER-08',
    title: 'update with metadata replaces all of it.',
    requires,
    async run(context) {
      const { sso, check } = context;
      const { user } = await createMember(context);
      await sso.users.update(user.id, { metadata: { team: 'red', floor: '2' } });
      await sso.users.update(user.id, { metadata: { team: 'blue' } });
      check.equal((await sso.users.get(user.id)).metadata, { team: 'blue' });
    },
  },
  {
    id: 'USER-09',
    title: 'A deleted user is gone, and so is the membership.',
    requires,
    async run(context) {
      const { sso, check } = context;
      const { user, organizationId } = await createMember(context);
      await sso.users.delete(user.id);
      await check.rejects(() => sso.users.get(user.id), 'not_found');
      check.equal(await collect(sso.users.listMemberships({ organizationId })), []);
    },
  },
  {
    id: 'USER-10',
    title: 'get, update and delete of an unknown user are not_found.',
    requires,
    async run(context) {
      const { sso, check } = context;
      const id = strangerLike((await createMember(context)).user.id);
      await check.rejects(() => sso.users.get(id), 'not_found');
      await check.rejects(() => sso.users.update(id, { firstName: 'Nobody' }), 'not_found');
      await check.rejects(() => sso.users.delete(id), 'not_found');
    },
  },
  {
    id: 'USER-11',
    title: 'resendInvitation answers the pending invitation.',
    requires,
    async run(context) {
      const { sso, check } = context;
      const { organizationId, user, email } = await createMember(context, { sendInvitation: true });
      const invitation = await sso.users.resendInvitation({ organizationId, userId: user.id });
      check.shape(invitationSchema, invitation);
      check.equal([invitation.status, invitation.email], ['pending', email]);
    },
  },
  {
    id: 'USER-12',
    title: 'resendInvitation for somebody never invited is not_found.',
    requires,
    async run(context) {
      const { organizationId, user } = await createMember(context);
      await context.check.rejects(
        () => context.sso.users.resendInvitation({ organizationId, userId: user.id }),
        'not_found',
      );
    },
  },
  {
    id: 'USER-13',
    title: 'resendInvitation after the person accepted is failed_precondition.',
    requires,
    needs: ['world.acceptInvitation'],
    async run(context) {
      const { sso, check, world } = context;
      const { organizationId, user, email } = await createMember(context, { sendInvitation: true });
      await world.acceptInvitation({ organizationId, email });
      await check.rejects(
        () => sso.users.resendInvitation({ organizationId, userId: user.id }),
        'failed_precondition',
      );
      const [membership] = await collect(sso.users.listMemberships({ organizationId }));
      check.equal(membership?.status, 'active');
    },
  },
  {
    id: 'USER-14',
    title: 'Malformed input is invalid_argument before any request; whether to mail is never guessed.',
    requires,
    async run(context) {
      const { sso, check, world, unique } = context;
      const organizationId = await world.createOrganization({ name: unique('Acme') });
      const malformed = [
        { organizationId, email: 'not an address', sendInvitation: false },
        { organizationId, email: 'ada@acme.example' },
        { email: 'ada@acme.example', sendInvitation: false },
      ];
      for (const input of malformed) {
        await check.sends(0, () => check.rejects(() => sso.users.create(input as never), 'invalid_argument'));
      }
    },
  },
  {
    id: 'USER-15',
    title: 'create in an unknown organization is not_found.',
    requires,
    async run({ sso, check, createCustomer, unique }) {
      const organizationId = strangerLike((await createCustomer()).organizationId);
      const email = `${unique('ada')}@acme.example`;
      for (const sendInvitation of [true, false]) {
        await check.rejects(() => sso.users.create({ organizationId, email, sendInvitation }), 'not_found');
      }
    },
  },
  {
    id: 'USER-16',
    title: 'A deleted user is gone from every organization.',
    requires,
    async run(context) {
      const { sso, check, createCustomer } = context;
      const { user, email, organizationId: first } = await createMember(context);
      const { organizationId: second } = await createCustomer();
      await sso.users.create({ organizationId: second, email, sendInvitation: false });
      await sso.users.delete(user.id);
      for (const organizationId of [first, second]) {
        check.equal(await collect(sso.users.list({ organizationId })), []);
        check.equal(await collect(sso.users.listMemberships({ organizationId })), []);
      }
    },
  },
  {
    id: 'USER-17',
    title: 'A create whose answer is lost makes one member at most, and can be made again.',
    requires,
    needs: ['faults'],
    async run({ sso, check, faults, createCustomer, unique }) {
      const { organizationId } = await createCustomer();
      const email = `${unique('ada')}@acme.example`;
      const create = () =>
        sso.users.create({ organizationId, email, sendInvitation: false }).then(
          () => 'created',
          (error: { readonly code?: string }) => error.code,
        );
      await sso.users.list({ organizationId }).byPage()[Symbol.asyncIterator]().next();
      await faults.next({ status: 503, body: '{}', afterHandler: true });
      const first = await create();
      await faults.clear();
      check.ok(first === 'created' || first === 'unavailable', `it ended as ${first}`);
      check.equal((await collect(sso.users.listMemberships({ organizationId }))).length <= 1, true);
      const second = await create();
      check.ok(second === 'created' || second === 'already_exists', `the next one ended as ${second}`);
      const memberships = await collect(sso.users.listMemberships({ organizationId }));
      check.equal(
        memberships.map(({ status }) => status),
        ['active'],
      );
    },
  },
];
