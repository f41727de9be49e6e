import Database from 'libsql';

/** A row of the app's own table. */
export interface Account {
  /** The person, as the identity ledger knows them: whichever vendor tells of them. */
  readonly id: string;
  readonly tenant: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly active: boolean;
  /** Logins so far. */
  readonly logins: number;
}

/** Every change may come twice: each method but `signIn` leaves the same rows when it is called again. */
export interface UsersTable {
  save(account: Pick<Account, 'id' | 'tenant' | 'email' | 'name' | 'active'>): void;
  /** Changes who is there; adds nobody. */
  switchOff(id: string): void;
  /** Counts a login; makes the row when a crash came before it. */
  signIn(account: Pick<Account, 'id' | 'tenant' | 'email' | 'name'>): void;
  /** By tenant and e-mail. */
  list(): readonly Account[];
  close(): void;
}

const schema = `
  create table if not exists users (
    id text primary key,
    tenant text not null,
    email text,
    name text,
    active integer not null,
    logins integer not null default 0
  ) strict`;

/** Opens the SQLite file, or makes it. */
export function openUsersTable(file: string): UsersTable {
  const database = new Database(file);
  database.exec(schema);
  const save = database.prepare(`
    insert into users (id, tenant, email, name, active) values (:id, :tenant, :email, :name, :active)
    on conflict (id) do update set email = excluded.email, name = excluded.name, active = excluded.active`);
  const switchOff = database.prepare('update users set active = 0 where id = ?');
  const signIn = database.prepare(`
    insert into users (id, tenant, email, name, active, logins) values (:id, :tenant, :email, :name, 1, 1)
    on conflict (id) do update set logins = users.logins + 1`);
  const list = database.prepare(
    'select id, tenant, email, name, active, logins from users order by tenant, email',
  );
  return {
    save: ({ id, tenant, email, name, active }) =>
      void save.run({ id, tenant, email, name, active: active ? 1 : 0 }),
    switchOff: (id) => void switchOff.run(id),
    signIn: ({ id, tenant, email, name }) => void signIn.run({ id, tenant, email, name }),
    list: () =>
      (list.all() as (Omit<Account, 'active'> & { active: number })[]).map((row) => ({
        ...row,
        active: row.active === 1,
      })),
    close: () => void database.close(),
  };
}
