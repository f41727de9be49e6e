import type Libsql from 'libsql';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** Texts differ by how many rows they are about. */
const capacity = 256;

/** Prepares each text once. A statement that failed is not used again: `libsql` leaves it unfinished. */
export function cacheStatements(file: Libsql.Database): SqliteDatabase['prepare'] {
  const statements = new Map<string, SqliteStatement>();
  return (text) => {
    const known = statements.get(text);
    if (known) return known;
    const statement = file.prepare(text) as unknown as SqliteStatement;
    const used = <Result>(work: () => Result): Result => {
      try {
        return work();
      } catch (error) {
        statements.delete(text);
        throw error;
      }
    };
    const cached: SqliteStatement = {
      reader: statement.reader,
      all: (parameters) => used(() => statement.all(parameters)),
      run: (parameters) => used(() => statement.run(parameters)),
      iterate: (parameters) => used(() => statement.iterate(parameters)),
    };
    if (statements.size === capacity) statements.clear();
    statements.set(text, cached);
    return cached;
  };
}
