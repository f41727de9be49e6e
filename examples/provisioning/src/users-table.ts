import Database from 'libsql';
import type { DirectoryGroup, DirectoryUser } from '@org/sso-core';

/** A row of the app's own table, with what it may do. */
export interface Account {
  /** The app's own id: it outlives ids of directories. */
  readonly id: number;
  readonly email: string | null;
  readonly name: string | null;
  readonly active: boolean;
  readonly role: 'admin' | 'editor' | 'member';
}

/** Every change may come twice: each method leaves the same rows when it is called again. */
export interface UsersTable {
  /** `occurredAt` (ISO-8601) decides between two ids of one person. */
  save(user: DirectoryUser, occurredAt: string): void;
  /** Changes who is there; adds nobody. */
  switchOff(user: DirectoryUser): void;
  saveGroup(group: DirectoryGroup): void;
  removeGroup(groupId: string): void;
  join(groupId: string, userId: string): void;
  leave(groupId: string, userId: string): void;
  /** By e-mail. */
  list(): Account[];
  close(): void;
}

// A vendor may give somebody who comes back another id. The identity provider's id stays, and so does the account.
const schema = `
  create table if not exists users (
    id integer primary key,
    organization_id text not null,
    person text not null,
    directory_user_id text not null,
    told_at text not null,
    email text,
    name text,
    active integer not null,
    unique (organization_id, person)
  ) strict;
  create table if not exists groups (id text primary key, name text not null) strict;
  create table if not exists memberships (
    group_id text not null,
    user_id text not null,
    primary key (group_id, user_id)
  ) strict;
`;

/** Opens the SQLite file, or makes it. */
export function openUsersTable(file: string): UsersTable {
  const database = new Database(file);
  database.exec(schema);

  const upsert = database.prepare(`
    insert into users (organization_id, person, directory_user_id, told_at, email, name, active)
    values (:organizationId, :person, :id, :toldAt, :email, :name, :active)
    on conflict (organization_id, person) do update
    set directory_user_id = excluded.directory_user_id, told_at = excluded.told_at,
      email = excluded.email, name = excluded.name, active = excluded.active
    where excluded.directory_user_id = users.directory_user_id or excluded.told_at > users.told_at`);
  const deactivate = database.prepare('update users set active = 0 where directory_user_id = ?');
  const leaveAll = database.prepare('delete from memberships where user_id = ?');
  const upsertGroup = database.prepare(`
    insert into groups (id, name) values (:id, :name) on conflict (id) do update set name = excluded.name`);
  const deleteGroup = database.prepare('delete from groups where id = ?');
  const addMember = database.prepare('insert or ignore into memberships (group_id, user_id) values (?, ?)');
  const removeMember = database.prepare('delete from memberships where group_id = ? and user_id = ?');
  const accounts = database.prepare(`
    select users.id, email, users.name, active,
      case when max(groups.name = 'Admins') then 'admin'
           when max(groups.name = 'Engineering') then 'editor'
           else 'member' end as role
    from users
    left join memberships on memberships.user_id = users.directory_user_id
    left join groups on groups.id = memberships.group_id
    group by users.id
    order by email`);

  return {
    save({ id, organizationId, idpId, email, name, status }, occurredAt) {
      upsert.run({
        id,
        organizationId: organizationId ?? '',
        person: idpId ?? id,
        // Without its "Z" a time sorts as text, whatever its precision.
        toldAt: occurredAt.slice(0, -1),
        email,
        name,
        active: status === 'active' ? 1 : 0,
      });
    },
    switchOff: database.transaction(({ id }: DirectoryUser) => {
      deactivate.run(id);
      leaveAll.run(id);
    }),
    saveGroup: ({ id, name }) => void upsertGroup.run({ id, name }),
    removeGroup: (groupId) => void deleteGroup.run(groupId),
    join: (groupId, userId) => void addMember.run(groupId, userId),
    leave: (groupId, userId) => void removeMember.run(groupId, userId),
    list: () =>
      (accounts.all() as (Omit<Account, 'active'> & { active: number })[]).map((row) => ({
        ...row,
        active: row.active === 1,
      })),
    close: () => void database.close(),
  };
}
