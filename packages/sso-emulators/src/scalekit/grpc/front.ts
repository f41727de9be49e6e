import type { Http2Session } from 'node:http2';
import type { DescMessage, DescMethod, DescService, JsonObject, Message } from '@bufbuild/protobuf';
import type { Code, ConnectError, HandlerContext, ServiceImpl } from '@connectrpc/connect';
import { createRequest, type EmulatorResponse } from '../../kernel/http.js';
import { isRecord } from '../../kernel/parse.js';
import type { Route } from '../../kernel/router.js';
import type { Exchange, Http2Handler } from '../../kernel/server.js';
import { loadDescriptors, type ScalekitDescriptors } from './descriptors.js';
import { type HttpRule, httpRules, type RestRequest, restRequest } from './http-rule.js';

/**
 * gRPC as the official SDKs speak it. Each RPC is the REST request of its HTTP annotation, so that both fronts serve
 * one state; RPCs whose operation is not among the routes are UNIMPLEMENTED. Throws without `@scalekit-sdk/node`.
 */
export function createGrpcFront(routes: readonly Route[]): (exchange: Exchange) => Http2Handler {
  const descriptors = loadDescriptors();
  const { connect, connectNode, wire } = descriptors;
  const served = new Set(routes.map(({ method, path }) => shape(method, path)));
  const rulesOf = (method: DescMethod) =>
    httpRules(method, wire.BinaryReader).filter((rule) => served.has(shape(rule.method, rule.path)));
  const session = connect.createContextKey<Http2Session | undefined>(undefined);

  return (exchange) => {
    const call = createCall(descriptors, exchange, (context) => context.values.get(session)?.destroy());
    const implementation = (service: DescService) => {
      const methods = service.methods
        .map((method) => ({ method, rules: rulesOf(method) }))
        .filter(({ rules }) => rules.length > 0)
        .map(({ method, rules }) => [
          method.localName,
          (message: Message, context: HandlerContext) => call(method, rules, message, context),
        ]);
      return Object.fromEntries(methods) as Partial<ServiceImpl<DescService>>;
    };
    return connectNode.connectNodeAdapter({
      connect: false,
      grpcWeb: false,
      contextValues: (request) =>
        connect.createContextValues().set(session, 'stream' in request ? request.stream.session : undefined),
      routes(router) {
        for (const service of descriptors.services) router.service(service, implementation(service));
      },
    });
  };
}

/** An operation whatever its placeholders are called. */
function shape(method: string, path: string): string {
  return `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`;
}

function createCall(
  { protobuf, connect, grpc, errorInfo }: ScalekitDescriptors,
  exchange: Exchange,
  disconnect: (context: HandlerContext) => void,
) {
  const { ConnectError: RpcError, Code: codes } = connect;

  return async (
    { input, output }: DescMethod,
    rules: readonly HttpRule[],
    message: Message,
    context: HandlerContext,
  ): Promise<Message> => {
    const json = protobuf.toJson(input, message, { useProtoFieldName: true }) as JsonObject;
    const bound =
      bind(rules, json) ??
      bind(rules, await withOrganizationId(input, json, (request) => send(request, context)));
    if (!bound) throw new RpcError('a field of the path is empty', codes.InvalidArgument);
    // Fields and enum values the control API adds are beyond the descriptors.
    return protobuf.fromJson(output, await send(bound, context), { ignoreUnknownFields: true });
  };

  async function send({ method, target, body }: RestRequest, context: HandlerContext): Promise<JsonObject> {
    const response = await exchange(
      createRequest(
        method,
        new URL(target, 'http://grpc.invalid'),
        Object.fromEntries(context.requestHeader),
        Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      ),
    );
    if (response === 'close') {
      disconnect(context);
      throw new RpcError('the connection was closed', codes.Unavailable);
    }
    const answer = jsonOf(response);
    if (response.status >= 300) throw rpcError(response.status, answer);
    return answer ?? {};
  }

  /** `google.rpc.Status` with its `ErrorInfo`; what a gRPC client makes of the HTTP status when the body is another. */
  function rpcError(status: number, body: JsonObject | undefined): ConnectError {
    const { code, message, details } = body ?? {};
    if (typeof code !== 'number' || typeof message !== 'string') {
      return new RpcError(`HTTP ${status}`, grpc.codeFromHttpStatus(status));
    }
    const infos = (Array.isArray(details) ? details : []).map((info) => ({
      desc: errorInfo,
      value: protobuf.fromJson(errorInfo, info, { ignoreUnknownFields: true }),
    }));
    return new RpcError(message, codes[codes[code] as keyof typeof Code], undefined, infos);
  }
}

function bind(rules: readonly HttpRule[], json: JsonObject): RestRequest | undefined {
  return rules.map((rule) => restRequest(rule, json)).find((request) => request !== undefined);
}

/** RPCs take the organization's `external_id` where the path of the REST operation has only its id [P]. */
async function withOrganizationId(
  { oneofs }: DescMessage,
  json: JsonObject,
  send: (request: RestRequest) => Promise<JsonObject>,
): Promise<JsonObject> {
  const { external_id: externalId, ...rest } = json;
  const [idField] = oneofs.find(({ name }) => name === 'identities')?.fields ?? [];
  if (!idField || typeof externalId !== 'string') return json;
  const target = `/api/v1/organizations:external/${encodeURIComponent(externalId)}`;
  const { organization } = await send({ method: 'GET', target, body: undefined });
  return isRecord(organization) ? { ...rest, [idField.name]: organization['id'] as string } : json;
}

function jsonOf({ body = '' }: EmulatorResponse): JsonObject | undefined {
  if (typeof body !== 'string') return body as JsonObject;
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) ? (parsed as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
