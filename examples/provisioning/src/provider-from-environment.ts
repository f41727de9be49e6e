import type { SsoProvider } from '@org/sso-core';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';

/** The provider `SSO_PROVIDER` names, with its settings from the environment. Throws an error that names a missing variable. */
export function providerFromEnvironment(variables: NodeJS.ProcessEnv): SsoProvider {
  const vendor = variables['SSO_PROVIDER'];
  const read = (name: string): string => {
    const value = variables[name];
    if (!value) throw new Error(`${name} is not set: SSO_PROVIDER=${vendor} needs it`);
    return value;
  };
  // Two while one secret is rotated, with a comma between.
  const secrets = variables['WEBHOOK_SECRETS']?.split(',');
  switch (vendor) {
    case 'scalekit':
      return createScalekit({
        environmentUrl: read('SCALEKIT_ENVIRONMENT_URL'),
        clientId: read('SCALEKIT_CLIENT_ID'),
        clientSecret: read('SCALEKIT_CLIENT_SECRET'),
        ...(secrets && { webhooks: { secrets } }),
      });
    case 'workos':
      return createWorkos({
        apiKey: read('WORKOS_API_KEY'),
        clientId: read('WORKOS_CLIENT_ID'),
        events: { inactiveUsers: variables['WORKOS_INACTIVE_USERS'] === 'kept' ? 'kept' : 'deleted' },
        ...(secrets && { webhooks: { secrets } }),
      });
    default:
      throw new Error(`SSO_PROVIDER is ${vendor ? `"${vendor}"` : 'not set'}: choose "scalekit" or "workos"`);
  }
}
