import { createScalekit, type ScalekitProvider } from '@org/sso-scalekit';
import { createWorkos, type WorkosProvider } from '@org/sso-workos';

/** The app runs alike on either. */
export type Provider = ScalekitProvider | WorkosProvider;

/** The provider `SSO_PROVIDER` names, with its settings from the environment. Throws an error that names a missing variable. */
export function providerFromEnvironment(variables: NodeJS.ProcessEnv): Provider {
  const read = (name: string): string => {
    const value = variables[name];
    if (!value) throw new Error(`${name} is not set: SSO_PROVIDER=${variables['SSO_PROVIDER']} needs it`);
    return value;
  };
  switch (variables['SSO_PROVIDER']) {
    case 'scalekit':
      return createScalekit({
        environmentUrl: read('SCALEKIT_ENVIRONMENT_URL'),
        clientId: read('SCALEKIT_CLIENT_ID'),
        clientSecret: read('SCALEKIT_CLIENT_SECRET'),
      });
    case 'workos':
      return createWorkos({ apiKey: read('WORKOS_API_KEY'), clientId: read('WORKOS_CLIENT_ID') });
    case undefined:
      throw new Error('SSO_PROVIDER is not set: choose "scalekit" or "workos"');
    default:
      throw new Error(`SSO_PROVIDER is "${variables['SSO_PROVIDER']}": choose "scalekit" or "workos"`);
  }
}
