// Runs the built packages on the other supported Node versions: an emulator each, a whole login through its adapter.
import { spawnSync } from 'node:child_process';

for (const version of ['22', '24']) {
  const { status } = spawnSync('npx', ['--yes', `node@${version}`, 'examples/demo/dist/main.js', '--json'], {
    cwd: new URL('..', import.meta.url),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) {
    console.error(`The demo fails on Node ${version}`);
    process.exit(1);
  }
  console.log(`Node ${version}: the demo runs at both vendors`);
}
