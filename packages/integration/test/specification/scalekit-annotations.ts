import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  create,
  createFileRegistry,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorSetSchema,
  MethodOptionsSchema,
} from '@bufbuild/protobuf/wkt';

/** A REST operation as the SDK's descriptors have it [P]. */
export interface Operation {
  readonly method: string;
  /** Placeholders are `{}`: their names are the RPC's. */
  readonly path: string;
  readonly rpc: string;
  readonly output: DescMessage;
}

interface HttpRule {
  readonly get?: string;
  readonly put?: string;
  readonly post?: string;
  readonly delete?: string;
  readonly patch?: string;
  readonly additional_bindings?: readonly HttpRule[];
}

const verbs = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** Every operation in the HTTP annotations of `@scalekit-sdk/node`. */
export function readOperations(): Operation[] {
  return services().flatMap(({ methods }) =>
    methods.flatMap((method) =>
      rulesOf(method).flatMap((rule) =>
        verbs.flatMap((verb) => {
          const { [verb]: path } = rule;
          if (path === undefined) return [];
          return [
            { method: verb.toUpperCase(), path: anonymous(path), rpc: method.name, output: method.output },
          ];
        }),
      ),
    ),
  );
}

/** A path whatever its placeholders are called. */
export function anonymous(path: string): string {
  return path.replaceAll(/\{[^}]+\}/g, '{}');
}

/** What a message does not have, by message and name, and what cannot be read in what is left. */
export function problemsOf(message: DescMessage, body: JsonValue): string[] {
  const problems: string[] = [];
  const known = withoutUnknown(message, body, problems);
  try {
    fromJson(message, known, { ignoreUnknownFields: false });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return problems;
}

function withoutUnknown(message: DescMessage, json: JsonValue, problems: string[]): JsonValue {
  const isWellKnown = message.typeName.startsWith('google.protobuf.');
  if (isWellKnown || typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const entries = Object.entries(json).flatMap(([name, value]): [string, JsonValue][] => {
    // The vendor writes the names of the protobuf source [S].
    const field = message.fields.find((candidate) => candidate.name === name);
    if (!field) {
      problems.push(`${message.name} has no ${name}`);
      return [];
    }
    if (!field.message) return [[name, value]];
    const { message: inner } = field;
    const read = (part: JsonValue) => withoutUnknown(inner, part, problems);
    if (field.fieldKind === 'list' && Array.isArray(value)) return [[name, value.map(read)]];
    if (field.fieldKind === 'map' && typeof value === 'object' && value !== null) {
      return [[name, Object.fromEntries(Object.entries(value).map(([key, part]) => [key, read(part)]))]];
    }
    return [[name, read(value)]];
  });
  return Object.fromEntries(entries);
}

export const errorInfo = described().find(
  (descriptor): descriptor is DescMessage =>
    descriptor.kind === 'message' && descriptor.typeName === 'scalekit.v1.errdetails.ErrorInfo',
);

function services(): DescService[] {
  return described().filter((descriptor) => descriptor.kind === 'service');
}

function described(): (DescService | DescMessage)[] {
  const load = createRequire(import.meta.url);
  const folder = join(dirname(load.resolve('@scalekit-sdk/node')), 'pkg/grpc/scalekit');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('_pb.js'))
    .flatMap((file) => Object.values(load(join(folder, file)) as Record<string, DescService | DescMessage>))
    .filter((value) => value.kind === 'service' || value.kind === 'message');
}

/** `google.api.HttpRule`, which the SDK leaves out: enough of it to read the annotations. */
const { STRING, MESSAGE } = FieldDescriptorProto_Type;
const { OPTIONAL, REPEATED } = FieldDescriptorProto_Label;
const rule = { type: MESSAGE, typeName: '.google.api.HttpRule' };
const annotations = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      {
        name: 'google/api/annotations.proto',
        package: 'google.api',
        syntax: 'proto3',
        messageType: [
          {
            name: 'HttpRule',
            field: [
              ...verbs.map((name, index) => ({ name, number: index + 2, type: STRING, label: OPTIONAL })),
              { name: 'additional_bindings', number: 11, label: REPEATED, ...rule },
            ],
          },
          { name: 'MethodOptions', field: [{ name: 'http', number: 72_295_728, label: OPTIONAL, ...rule }] },
        ],
      },
    ],
  }),
).getMessage('google.api.MethodOptions');

function rulesOf({ proto }: DescMethod): HttpRule[] {
  if (!annotations || !proto.options) return [];
  const bytes = toBinary(MethodOptionsSchema, proto.options);
  const { http } = toJson(annotations, fromBinary(annotations, bytes), { useProtoFieldName: true }) as {
    http?: HttpRule;
  };
  return http ? [http, ...(http.additional_bindings ?? [])] : [];
}
