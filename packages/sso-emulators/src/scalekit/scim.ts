import type { Route } from '../kernel/router.js';
import { type ScimDirectory, scimError, scimRoutes } from '../kernel/scim.js';
import { primaryEmail } from '../kernel/directory.js';
import type { ScalekitEnvironment } from './environment.js';

/** Where identity providers push to, with a secret of the directory as bearer token [D]. */
export function directoryScimRoutes({ state: { directories } }: ScalekitEnvironment): Route[] {
  return scimRoutes('/directory/{directory}/scim/v2', (id): ScimDirectory | undefined => {
    const directory = directories.all.get(id);
    if (!directory) return undefined;
    if (!directory.enabled) throw scimError(403, 'The directory is disabled.');
    return {
      contents: directory.contents,
      accepts: (token) => directories.useSecret(directory, token),
      checkUser(user, previous) {
        if (previous && primaryEmail(user) !== primaryEmail(previous)) {
          throw scimError(400, 'The e-mail address of a user cannot be changed.', 'mutability');
        }
      },
    };
  });
}
