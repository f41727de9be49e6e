import type { Migration, MigrationStore } from '@org/sso-core/migration';

const pageSize = 500;

/** Every move in the store. */
export async function listMigrations(store: MigrationStore): Promise<readonly Migration[]> {
  const all: Migration[] = [];
  for (let after: string | null = null; ;) {
    const page: readonly Migration[] = await store.list({ limit: pageSize, after });
    all.push(...page);
    if (page.length < pageSize) return all;
    after = page.at(-1)!.tenantId;
  }
}
