import axios from 'axios';
import { expect, it, onTestFinished } from 'vitest';
import { createAxiosTransport } from '@org/sso-core/http';
import { answerJson, startServer } from '../support/server.js';

it("leaves an app's own axios defaults and interceptors out of it", async () => {
  const { url, requests } = await startServer((_request, response) => answerJson(response, 200, {}));
  const seen: unknown[] = [];
  axios.defaults.headers.common['x-app'] = 'leaked';
  const interceptor = axios.interceptors.request.use((config) => {
    seen.push(config.headers);
    return config;
  });
  onTestFinished(() => {
    delete axios.defaults.headers.common['x-app'];
    axios.interceptors.request.eject(interceptor);
  });

  const { status, body } = await createAxiosTransport()({
    method: 'POST',
    url: `${url}/token`,
    headers: { authorization: 'Bearer canary', 'content-type': 'application/json' },
    body: '{"a":1}',
    signal: new AbortController().signal,
  });

  expect({ status, body }).toEqual({ status: 200, body: '{}' });
  const [request] = requests;
  expect(request).toMatchObject({ method: 'POST', url: '/token', body: '{"a":1}' });
  expect(request?.headers).toMatchObject({ authorization: 'Bearer canary' });
  expect(request?.headers).not.toHaveProperty('x-app');
  expect(seen).toEqual([]);
});
