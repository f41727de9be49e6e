export interface PostgresCluster {
  /** Of the database `postgres`, for its superuser. */
  readonly url: string;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL from installed binaries (POSTGRES_BIN, PATH, Debian's folders); `undefined` where there are none. Unless
 * `durable`, nothing is forced to disk.
 */
export function startPostgresCluster(options?: {
  readonly durable?: boolean;
}): Promise<PostgresCluster | undefined>;
