import { route, type Route } from '../kernel/router.js';
import { readBody } from './body.js';
import { entityNotFound, onlyMessage } from './errors.js';
import { listPage } from './paging.js';
import type { WorkosState } from './state.js';

export function redirectUriRoutes(state: WorkosState): Route[] {
  return [
    route('GET', '/user_management/redirect_uris', (request) =>
      listPage(
        request,
        state.redirectUris,
        () => true,
        (uri) => uri,
      ),
    ),
    route('POST', '/user_management/redirect_uris', (request) => {
      const { uri } = readBody(request);
      if (typeof uri !== 'string' || !URL.canParse(uri.replaceAll('*', '1')))
        throw onlyMessage(400, 'Bad Request');
      if (state.redirectUris.slice(0).some((registered) => registered.uri === uri)) {
        throw onlyMessage(422, `Redirect URI '${uri}' already exists.`);
      }
      return { status: 201, body: state.addRedirectUri(uri) };
    }),
    route('DELETE', '/user_management/redirect_uris/{id}', (request) => {
      const id = request.params['id'] ?? '';
      const uri = state.redirectUris.get(id);
      if (!uri) throw entityNotFound('Redirect URI', id);
      if (uri.default) throw onlyMessage(409, 'The default redirect URI cannot be deleted.');
      state.redirectUris.delete(id);
      return { status: 204 };
    }),
  ];
}
