import type { ScalekitEmulator, WorkosEmulator } from '@org/sso-emulators';

/** A login under way: the browser stands at the identity provider. */
export interface PendingLogin {
  /** Which vendor it began at. */
  readonly vendor: 'workos' | 'scalekit';
  /** Signs in there and comes back to the app. Answers the app's status. */
  finish(): Promise<number>;
}

/** People's browsers. */
export interface Browsers {
  begin(email: string): Promise<PendingLogin>;
}

export function createBrowsers(
  origin: string,
  emulators: readonly (WorkosEmulator | ScalekitEmulator)[],
): Browsers {
  return {
    async begin(email) {
      const start = await fetch(`${origin}/sso/workos/start?email=${encodeURIComponent(email)}`, {
        redirect: 'manual',
      });
      const location = start.headers.get('location');
      const emulator = emulators.find(({ url }) => location?.startsWith(url));
      if (location === null || !emulator)
        throw new Error(`${email} cannot sign in: the app answered ${start.status}: ${await start.text()}`);
      const cookie = start.headers.getSetCookie().map((each) => each.split(';')[0]);
      return {
        vendor: emulator.vendor,
        async finish() {
          const callback = await emulator.control.signIn(location, { email });
          const answer = await fetch(callback, {
            redirect: 'manual',
            headers: { cookie: cookie.join('; ') },
          });
          await answer.body?.cancel();
          return answer.status;
        },
      };
    },
  };
}
