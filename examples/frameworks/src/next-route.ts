import { createLoginHandlers, type LoginHandlersOptions } from '@org/sso-core/web';

/**
 * Next.js App Router, on its Node.js runtime. In `app/sso/[...path]/route.ts`:
 * `export const { GET, POST } = createNextRoute({ sso, onLogin })`.
 */
export function createNextRoute(options: LoginHandlersOptions) {
  const login = createLoginHandlers(options);
  const route = async (request: Request): Promise<Response> =>
    (await login.handle(request)) ?? new Response(null, { status: 404 });
  return { GET: route, POST: route };
}
