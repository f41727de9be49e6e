import { expect, test } from 'vitest';
import { createLiveHarness } from '../../src/live/harness.js';
import { standIns } from '../harness/live.js';

test.each(Object.entries(standIns))(
  'at %s, what is made after its caller gave up is removed too, and nothing is made once the removal began',
  async (_name, start) => {
    const standIn = await start();
    const before = await standIn.contents();
    const lines: string[] = [];
    const harness = createLiveHarness(standIn.environment, (line) => lines.push(line));
    const { organizationAdmin } = harness.provider;
    const create = (timeoutMs: number) =>
      organizationAdmin!.create({ name: 'Acme' }, { operation: 'organizationAdmin.create', timeoutMs });
    // So that the token is there already.
    await create(10_000);
    await standIn.control.addFault({ match: { method: 'POST', path: 'organizations$' }, delayMs: 600 });
    await expect(create(200)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await harness.dispose();
    expect(lines.filter((line) => line.includes('removed organization'))).toHaveLength(2);
    await expect(create(2_000)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await standIn.contents()).toEqual(before);
    await standIn.close();
  },
);
