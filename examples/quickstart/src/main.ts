import { randomBytes } from 'node:crypto';
import { startApp } from './app.js';
import { providerFromEnvironment } from './provider-from-environment.js';

const origin = process.env['ORIGIN'] ?? 'http://localhost:3000';
try {
  const provider = providerFromEnvironment(process.env);
  startApp(provider, origin, process.env['SESSION_SECRET'] ?? randomBytes(32).toString('hex'));
  console.log(
    `Listening on ${origin}. Register ${origin}/sso/${provider.id}/callback as a redirect URI at the vendor.`,
  );
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
