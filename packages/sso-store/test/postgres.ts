import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { afterAll } from 'vitest';

/**
 * A real PostgreSQL for the calling test file, stopped after it: DATABASE_URL, or a cluster of its own from installed binaries.
 * `undefined` where there is neither, unless REQUIRE_POSTGRES is set.
 */
export async function startPostgres(): Promise<{ newDatabase(): Promise<string> } | undefined> {
  const server = process.env.DATABASE_URL ?? (await startCluster());
  if (server === undefined) {
    if (process.env.REQUIRE_POSTGRES) {
      throw new Error('REQUIRE_POSTGRES is set, but there is no DATABASE_URL and no PostgreSQL to start');
    }
    console.warn('No DATABASE_URL and no PostgreSQL binaries: tests on PostgreSQL are skipped.');
    return undefined;
  }
  let count = 0;
  const made: string[] = [];
  async function administer(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }
  if (process.env.DATABASE_URL) {
    afterAll(async () => {
      for (const name of made) await administer(`drop database if exists ${name} with (force)`);
    });
  }
  return {
    async newDatabase() {
      const name = `sso_test_${process.pid}_${Date.now()}_${(count += 1)}`;
      await administer(`create database ${name}`);
      made.push(name);
      const url = new URL(server);
      url.pathname = `/${name}`;
      return url.href;
    },
  };
}

async function startCluster(): Promise<string | undefined> {
  const binaries = findBinaries();
  const user = ordinaryUser();
  if (!binaries || !user) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'sso-postgres-'));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? user.uid);
  const options = { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: folder } };
  const data = join(folder, 'data');
  const initdb = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-sync',
    '--no-instructions',
  ];
  execFileSync(join(binaries, 'initdb'), initdb, { ...options, stdio: 'pipe' });

  const port = await freePort();
  const settings = ['synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=32MB'];
  const server = spawn(
    join(binaries, 'postgres'),
    [
      '-D',
      data,
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-k',
      folder,
      '-F',
      ...settings.flatMap((s) => ['-c', s]),
    ],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise<void>((resolve) => void server.once('exit', () => resolve()));
  afterAll(async () => {
    server.kill('SIGINT');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  await new Promise<void>((resolve, reject) => {
    let log = '';
    server.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('ready to accept connections')) resolve();
    });
    void exited.then(() => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

function findBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const folders = [
    process.env.POSTGRES_BIN,
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin')),
  ];
  return folders.find(
    (folder) => folder && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}

/** PostgreSQL refuses to run as root. */
function ordinaryUser(): { uid?: number; gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // Not on this system.
    }
  }
  return undefined;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => void probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => void probe.close(resolve));
  return port;
}
