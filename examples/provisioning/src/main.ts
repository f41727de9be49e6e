import { mkdirSync } from 'node:fs';
import { startProvisioning } from './app.js';
import { providerFromEnvironment } from './provider-from-environment.js';

const origin = process.env['ORIGIN'] ?? 'http://localhost:3000';
const folder = process.env['DATA_FOLDER'] ?? 'data';
try {
  const provider = providerFromEnvironment(process.env);
  mkdirSync(folder, { recursive: true });
  const app = await startProvisioning(provider, origin, folder);
  // Lets handlers end.
  const stop = () => void app.close();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  console.table(app.users.list());
  console.log(`The table is at ${origin}/users and kept in ${folder}/users.db.`);
  console.log(
    provider.webhooks
      ? `Register ${origin}/webhooks/${provider.id} as a webhook endpoint at the vendor.`
      : 'No webhook secret is set: changes are pulled once a minute.',
  );
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
