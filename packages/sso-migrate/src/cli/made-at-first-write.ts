import { createMemoryMigrationStore, type MigrationStore } from '@org/sso-core/migration';
import type { SsoStore } from '@org/sso-store';

/** What is refused before anything was done leaves no store behind. Until the first write it answers as an empty one. */
export function madeAtFirstWrite({
  migrations,
  migrate,
}: Pick<SsoStore, 'migrations' | 'migrate'>): MigrationStore {
  const empty = createMemoryMigrationStore();
  let made: Promise<void> | undefined;
  const read = async () => {
    if (!made) return empty;
    await made;
    return migrations;
  };
  const write = async () => {
    made ??= migrate();
    await made;
    return migrations;
  };
  return {
    get: async (...args) => (await read()).get(...args),
    findByOrganization: async (...args) => (await read()).findByOrganization(...args),
    findByDomain: async (...args) => (await read()).findByDomain(...args),
    list: async (...args) => (await read()).list(...args),
    journal: async (...args) => (await read()).journal(...args),
    steps: async (...args) => (await read()).steps(...args),
    entries: async (...args) => (await read()).entries(...args),
    write: async (...args) => (await write()).write(...args),
    record: async (...args) => (await write()).record(...args),
    recordStep: async (...args) => (await write()).recordStep(...args),
    writeEntries: async (...args) => (await write()).writeEntries(...args),
    removeEntries: async (...args) => (await write()).removeEntries(...args),
  };
}
