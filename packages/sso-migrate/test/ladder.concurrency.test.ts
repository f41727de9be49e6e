import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSqliteStore } from '@org/sso-store';
import { expect, onTestFinished, test } from 'vitest';
import { enrol, expectConsistent, operatorOf, tenantId } from './support/ladder-model.js';

test(
  'two operators, killed again and again, leave no stage without its journal entry',
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sso-ladder-'));
    const path = join(folder, 'moves.sqlite');
    const store = createSqliteStore({ path });
    onTestFinished(async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    });
    await store.migrate();
    await enrol(store.migrations);

    const script = fileURLToPath(new URL('processes/climb.mjs', import.meta.url));
    let version = 1;
    for (let round = 0; round < 5; round += 1) {
      const operators = ['grace', 'linus'].map((actor) =>
        spawn(process.execPath, [script], {
          env: { PATH: process.env['PATH'], STORE_PATH: path, TENANT_ID: tenantId, ACTOR: actor },
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
      );
      const ended = operators.map((operator) => once(operator, 'exit'));
      await Promise.all(operators.map((operator) => once(operator.stdout, 'data')));
      for (const operator of operators) {
        await sleep(50 + Math.random() * 200);
        operator.kill('SIGKILL');
      }
      for (const [code, signal] of await Promise.all(ended))
        expect([code, signal]).toEqual([null, 'SIGKILL']);
      ({ version } = await expectConsistent(store.migrations));
    }
    expect(version).toBeGreaterThan(10);

    const { stage } = (await store.migrations.get(tenantId))!;
    const settled = await operatorOf(store.migrations).advance(tenantId, { actor: 'grace', to: stage });
    expect(settled.acting).toBe(stage === 'primary' ? 'to' : 'from');
  },
);
