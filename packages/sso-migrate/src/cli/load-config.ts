import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { SsoError, type SsoProvider } from '@org/sso-core';
import type { ZodType } from 'zod';
import type { MigrateConfig } from '../config.js';

type Zod = (typeof import('zod'))['z'];

const names = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `sso.config.${extension}`);

/** A configuration, and the folder its paths are relative to. */
export interface LoadedConfig extends MigrateConfig {
  readonly folder: string;
}

/** Reads a configuration. Throws `invalid_argument` that names the file and what is wrong with it. */
export async function loadConfig(
  given: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<LoadedConfig> {
  const file = resolve(given ?? names.find((name) => existsSync(name)) ?? names[0]!);
  if (!existsSync(file)) {
    throw refused(
      given === undefined
        ? `There is no ${names.join(', ')} here: write one, or name it with --config`
        : `There is no configuration at ${given}`,
    );
  }
  const { createJiti } = await import('jiti');
  const jiti = createJiti(file);
  const config =
    extname(file) === '.json'
      ? await readJson(file, environment, (module) => jiti.import(module))
      : await readModule(file, () => jiti.import(file, { default: true }));
  return { ...config, folder: dirname(file) };
}

async function readModule(file: string, load: () => Promise<unknown>): Promise<MigrateConfig> {
  const config = await load().catch((error: unknown) => {
    // A provider's own refusal says what is missing, without the value.
    if (SsoError.isInstance(error)) throw refused(`${file}: ${error.message}`);
    const reason = error instanceof Error ? error.message.split('\n')[0] : 'it threw no Error';
    throw refused(`${file} cannot be loaded: ${reason}`);
  });
  return check(file, config);
}

/** `{ "providers": [{ "module", "factory", "options" }], "store", "testLogin", … }`, where `${NAME}` in a text is a variable of the environment. */
async function readJson(
  file: string,
  environment: NodeJS.ProcessEnv,
  load: (module: string) => Promise<unknown>,
): Promise<MigrateConfig> {
  const { z } = await import('zod');
  const schema = z.strictObject({
    ...settingsOf(z),
    $schema: z.string().optional(),
    providers: z.array(
      z.strictObject({
        module: z.string().min(1),
        factory: z.string().min(1),
        options: z.record(z.string(), z.unknown()),
      }),
    ),
  });
  let document: unknown;
  try {
    document = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw refused(`${file} is not JSON`);
  }
  const found = parse(file, schema, document);
  const expand = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') {
      return value.replaceAll(/\$\{(\w+)\}/g, (_match, name: string) => {
        const set = environment[name];
        if (!set) throw refused(`${file}: ${path} needs the environment variable ${name}, which is not set`);
        return set;
      });
    }
    if (Array.isArray(value)) return value.map((item, index) => expand(item, `${path}.${index}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, expand(item, `${path}.${key}`)]),
    );
  };
  const providers: SsoProvider[] = [];
  for (const [index, { module, factory, options }] of found.providers.entries()) {
    const at = `providers.${index}`;
    const loaded = await load(module).catch(() => {
      throw refused(`${file}: ${at}: "${module}" cannot be loaded: npm install ${module}`);
    });
    const create = (loaded as Record<string, unknown>)[factory];
    if (typeof create !== 'function') throw refused(`${file}: ${at}: "${module}" has no "${factory}"`);
    const expanded = expand(options, `${at}.options`);
    try {
      providers.push(create(expanded) as SsoProvider);
    } catch (error) {
      if (SsoError.isInstance(error)) throw refused(`${file}: ${at}: ${error.message}`);
      throw refused(`${file}: ${at}: "${factory}" of "${module}" makes no provider of these options`);
    }
  }
  const { providers: _, store, $schema: __, ...others } = found;
  return check(file, {
    ...others,
    providers,
    ...(store !== undefined && { store: expand(store, 'store') }),
  });
}

/** What both kinds of configuration may hold beside their providers. */
const settingsOf = (z: Zod) => ({
  store: z.string().min(1).optional(),
  testLogin: z.strictObject({ redirectUri: z.url() }).optional(),
  ignoredFields: z.array(z.string()).optional(),
  retry: z
    .strictObject({
      attempts: z.int().positive(),
      delayMs: z.int().positive(),
      patienceMs: z.int().positive(),
    })
    .partial()
    .optional(),
});

/** A configuration in TypeScript is run without being type-checked: a misspelt `store` would be another store than the app's. */
async function check(file: string, config: unknown): Promise<MigrateConfig> {
  const { providers } = (config ?? {}) as Partial<MigrateConfig>;
  if (!Array.isArray(providers) || providers.some((provider: unknown) => !isProvider(provider))) {
    throw refused(
      `${file} must export default defineConfig({ providers: [createWorkos({ … }), createScalekit({ … })] })`,
    );
  }
  const { z } = await import('zod');
  const settings = settingsOf(z);
  const isFunction = z.custom((value) => typeof value === 'function', 'Invalid input: expected a function');
  parse(
    file,
    z.strictObject({
      ...settings,
      providers: z.unknown(),
      tenantIdOf: isFunction.optional(),
      testLogin: z.strictObject({ redirectUri: z.url(), signIn: isFunction.optional() }).optional(),
    }),
    config,
  );
  return config as MigrateConfig;
}

function parse<T>(file: string, schema: ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(`${file}: ${issue!.path.join('.') || 'the document'}: ${issue!.message}`);
}

function isProvider(value: unknown): value is SsoProvider {
  return typeof value === 'object' && value !== null && 'specificationVersion' in value && 'id' in value;
}

function refused(message: string): SsoError {
  return new SsoError({ code: 'invalid_argument', message });
}
