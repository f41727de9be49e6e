import type { Page, PageRequest } from '../../provider/page.js';

/** Entities in the order they were added. Reads give copies: nobody outside changes what is stored. */
export interface Table<T extends object> {
  insert(item: T): T;
  get(key: string): T | undefined;
  find(matches: (item: T) => boolean): T | undefined;
  list(matches?: (item: T) => boolean): T[];
  page(request: PageRequest, matches?: (item: T) => boolean): Page<T>;
  update(key: string, changes: Partial<T>): T | undefined;
  delete(key: string): boolean;
  deleteWhere(matches: (item: T) => boolean): void;
}

const defaultPageSize = 10;

export function createTable<T extends object>(keyOf: (item: T) => string): Table<T> {
  const rows = new Map<string, { readonly sequence: number; readonly item: T }>();
  let sequence = 0;

  function* rowsWhere(matches: (item: T) => boolean = () => true) {
    for (const row of rows.values()) if (matches(row.item)) yield row;
  }

  const table: Table<T> = {
    insert(item) {
      rows.set(keyOf(item), { sequence: (sequence += 1), item: structuredClone(item) });
      return item;
    },
    get(key) {
      const row = rows.get(key);
      return row && structuredClone(row.item);
    },
    find: (matches) => table.list(matches)[0],
    list: (matches) => Array.from(rowsWhere(matches), ({ item }) => structuredClone(item)),
    page({ cursor, pageSize = defaultPageSize }, matches) {
      const after = cursor === null ? 0 : Number(cursor);
      const ahead = [...rowsWhere(matches)].filter((row) => row.sequence > after);
      const shown = ahead.slice(0, pageSize);
      return {
        items: shown.map(({ item }) => structuredClone(item)),
        nextCursor: ahead.length > shown.length ? String(shown.at(-1)!.sequence) : null,
      };
    },
    update(key, changes) {
      const row = rows.get(key);
      if (!row) return undefined;
      rows.set(key, { ...row, item: structuredClone({ ...row.item, ...changes }) });
      return table.get(key);
    },
    delete: (key) => rows.delete(key),
    deleteWhere(matches) {
      for (const row of rowsWhere(matches)) rows.delete(keyOf(row.item));
    },
  };
  return table;
}
