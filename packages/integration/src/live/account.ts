import type { NewOrganization } from '@org/sso-contract';
import type { HttpSettings } from '@org/sso-core/http';
import type { SsoProvider } from '@org/sso-core/provider';
import type { Creation, Removal } from './ledger.js';

export interface ProviderSettings {
  /** Of the account. */
  readonly secret: string;
  readonly webhookSecrets: readonly string[];
  readonly http: HttpSettings;
}

/** Settings by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A real account, seen with nothing but its API key. */
export interface Account {
  readonly name: string;
  /** Of the API, for the line that says where a run works. */
  readonly url: string;
  readonly secret: string;
  readonly redirectUri: string;
  readonly createProvider: (settings: ProviderSettings) => SsoProvider;
  readonly tokenPath: string;
  readonly emptyPage: (nextCursor: string) => object;
  readonly creations: readonly Creation[];
  /** A client for the harness alone. */
  readonly createClient: (http: HttpSettings) => AccountClient;
}

export interface AccountClient {
  /** Answers the vendor's id. `run` marks it. */
  createOrganization(organization: NewOrganization, run: string): Promise<string>;
  remove(removal: Removal): Promise<unknown>;
}

/** Throws for a variable that is not set. Its value never shows. */
export function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** Throws for a variable that is set to another word. */
export function oneOf<Word extends string>(
  environment: Environment,
  name: string,
  words: readonly [Word, ...Word[]],
): Word {
  const word = environment[name] || words[0];
  const known = words.find((each) => each === word);
  if (known === undefined) throw new Error(`${name} must be ${words.join(' or ')}`);
  return known;
}
