import type { EmulatorResponse } from './http.js';
import { markup, type Markup, messagePage, page } from './pages.js';
import { InvalidInputError } from './parse.js';
import type { IdentityProvider, IdpUser, Protocol } from './seed.js';

/** What the identity provider's pages need to know about a connection. */
export interface SimulatedConnection {
  readonly id: string;
  readonly name: string;
  readonly organizationName: string;
  readonly protocol: Protocol;
  readonly identityProvider: IdentityProvider;
  readonly users: readonly IdpUser[];
}

/** What the identity provider tells the vendor. */
export type LoginAnswer = { readonly user: IdpUser } | { readonly error: string };

/** A login that waits at the identity provider. */
export interface PendingLogin {
  readonly connection: SimulatedConnection;
  readonly loginHint?: string | undefined;
  /** The app asked for a fresh authentication. */
  readonly forceAuthentication?: boolean | undefined;
}

const brands: Readonly<Record<IdentityProvider, string>> = {
  okta: 'Okta',
  'entra-id': 'Microsoft Entra ID',
  google: 'Google',
  onelogin: 'OneLogin',
  jumpcloud: 'JumpCloud',
  ping: 'PingOne',
  generic: 'Generic identity provider',
};

const protocolNames: Readonly<Record<Protocol, string>> = {
  saml: 'SAML',
  oidc: 'OpenID Connect',
  oauth: 'OAuth',
};

/** The identity provider's login page of an authorization request. */
export function loginPage(login: PendingLogin, errorCodes: readonly string[]): EmulatorResponse {
  const { connection } = login;
  const askAgain = login.forceAuthentication ? ' A fresh sign-in was asked for.' : '';
  return page(
    `Sign in with ${brands[connection.identityProvider]}`,
    markup`${heading(connection, `Sign in to ${connection.organizationName}`, `Choose who signs in.${askAgain}`)}
${people(connection.users)}
<details${openWhen(connection.users.length === 0 || login.loginHint !== undefined)}>
<summary>Sign in as someone else</summary>
${someoneElse(login.loginHint)}
</details>
<details>
<summary>Answer with an error</summary>
<form method="post">
<label>Error <select name="error">${errorCodes.map((code) => markup`<option>${code}</option>`)}</select></label>
<button class="danger">Send the error</button>
</form>
</details>`,
  );
}

/** The page a login starts from inside the identity provider. */
export function identityProviderInitiatedPage(connection: SimulatedConnection): EmulatorResponse {
  return page(
    `Start from ${brands[connection.identityProvider]}`,
    markup`${heading(connection, `Open the app from ${brands[connection.identityProvider]}`, 'Choose who opens it: the login starts here, not in the app.')}
${people(connection.users)}
<details${openWhen(connection.users.length === 0)}>
<summary>Someone else, or with RelayState</summary>
${someoneElse(undefined, markup`<label>RelayState (optional) <input name="relayState" autocomplete="off"></label>`)}
</details>`,
  );
}

export function unknownLoginPage(): EmulatorResponse {
  return messagePage(
    'This sign-in does not exist',
    'It was started before the emulator was reset, or not here.',
    404,
  );
}

/** What a submitted login page says. */
export function readLoginForm(form: URLSearchParams, users: readonly IdpUser[]): LoginAnswer {
  const error = form.get('error');
  return error ? { error } : { user: chooseUser(users, Object.fromEntries(form)) };
}

/** The user with this id or e-mail address; an unknown address becomes a user of its own. */
export function chooseUser(
  users: readonly IdpUser[],
  choice: {
    readonly user?: string;
    readonly email?: string;
    readonly firstName?: string;
    readonly lastName?: string;
  },
): IdpUser {
  const { email, firstName, lastName } = choice;
  const known = users.find((user) =>
    choice.user ? user.id === choice.user : user.email.toLowerCase() === email?.toLowerCase(),
  );
  if (known) return known;
  if (choice.user || !email) {
    throw new InvalidInputError('user', 'must be the id of one of the users, or absent beside an email');
  }
  return {
    id: `idp|${email.toLowerCase()}`,
    email,
    ...(firstName ? { firstName } : {}),
    ...(lastName ? { lastName } : {}),
  };
}

function heading(connection: SimulatedConnection, title: string, lead: string): Markup {
  const kind = `${brands[connection.identityProvider]} · ${protocolNames[connection.protocol]}`;
  return markup`<header>
<p class="badge">${kind}</p>
<h1>${title}</h1>
<p>${lead} Connection: ${connection.name}.</p>
</header>`;
}

function people(users: readonly IdpUser[]): Markup | undefined {
  if (users.length === 0) return undefined;
  return markup`<form method="post"><ul>${users.map((user) => {
    const name = [user.firstName, user.lastName].filter(Boolean).join(' ') || user.email;
    return markup`
<li><button class="plain person" name="user" value="${user.id}"><span class="initials" aria-hidden="true">${initials(name)}</span><span><strong>${name}</strong><small>${user.email}</small></span></button></li>`;
  })}
</ul></form>`;
}

function someoneElse(email = '', more?: Markup): Markup {
  return markup`<form method="post">
<label>E-mail <input name="email" type="email" required autocomplete="off" value="${email}"></label>
<div class="pair">
<label>First name <input name="firstName" autocomplete="off"></label>
<label>Last name <input name="lastName" autocomplete="off"></label>
</div>
${more}
<button>Continue</button>
</form>`;
}

function openWhen(condition: boolean): string {
  return condition ? ' open' : '';
}

function initials(name: string): string {
  const words = name.split(/[\s.@]+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
}
