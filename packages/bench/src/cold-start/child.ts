/** Runs one contender in a fresh process and reports the CPU it took. */
import { cpuMs } from '../measure.js';

const redirectUri = 'https://app.example.com/sso/callback';
const state = 'n0nce';
const workosKeys = { apiKey: 'sk_test_bench', clientId: 'client_bench' };
const scalekitKeys = {
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'test_1',
};

const createClient = {
  async workos() {
    const [core, { createWorkos }] = await Promise.all([import('@org/sso-core'), import('@org/sso-workos')]);
    return { core, provider: createWorkos(workosKeys) };
  },
  async scalekit() {
    const [core, { createScalekit }] = await Promise.all([
      import('@org/sso-core'),
      import('@org/sso-scalekit'),
    ]);
    return { core, provider: createScalekit(scalekitKeys) };
  },
};

async function authorizationUrl(vendor: keyof typeof createClient): Promise<string> {
  const { core, provider } = await createClient[vendor]();
  const sso = core.createSso({ provider });
  return sso.provider.login.authorizationUrl({
    selector: { organization: core.organizationId(`${vendor}:org_1`) },
    redirectUri,
    state,
    nonce: state,
    codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  });
}

async function begin(vendor: keyof typeof createClient): Promise<string> {
  const { core, provider } = await createClient[vendor]();
  const sso = core.createSso({
    provider,
    login: { secrets: ['0123456789abcdef0123456789abcdef'], redirectUri },
  });
  return (await sso.login.begin({ organization: core.organizationId(`${vendor}:org_1`) })).url;
}

const contenders: Readonly<Record<string, () => Promise<string>>> = {
  empty: async () => '',
  'workos-url': () => authorizationUrl('workos'),
  'scalekit-url': () => authorizationUrl('scalekit'),
  'workos-begin': () => begin('workos'),
  'scalekit-begin': () => begin('scalekit'),
  async 'workos-sdk'() {
    const { WorkOS } = await import('@workos-inc/node');
    const workos = new WorkOS(workosKeys.apiKey, { clientId: workosKeys.clientId });
    return workos.sso.getAuthorizationUrl({
      organization: 'org_1',
      clientId: workosKeys.clientId,
      redirectUri,
      state,
    });
  },
  async 'scalekit-sdk'() {
    const { ScalekitClient } = await import('@scalekit-sdk/node');
    const scalekit = new ScalekitClient(
      scalekitKeys.environmentUrl,
      scalekitKeys.clientId,
      scalekitKeys.clientSecret,
    );
    return scalekit.getAuthorizationUrl(redirectUri, { organizationId: 'org_1', state });
  },
};

await contenders[process.argv[2]!]!();
process.stdout.write(String(cpuMs()));
