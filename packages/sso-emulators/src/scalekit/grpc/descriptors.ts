import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as Protobuf from '@bufbuild/protobuf';
import type * as Wire from '@bufbuild/protobuf/wire';
import type * as Connect from '@connectrpc/connect';
import type * as Grpc from '@connectrpc/connect/protocol-grpc';
import type * as ConnectNode from '@connectrpc/connect-node';

/** Scalekit's services as its official SDK describes them, and the libraries that SDK speaks gRPC with. */
export interface ScalekitDescriptors {
  readonly services: readonly Protobuf.DescService[];
  /** `scalekit.v1.errdetails.ErrorInfo` [P]. */
  readonly errorInfo: Protobuf.DescMessage;
  readonly protobuf: typeof Protobuf;
  readonly wire: typeof Wire;
  readonly connect: typeof Connect;
  readonly grpc: typeof Grpc;
  readonly connectNode: typeof ConnectNode;
}

/** Reads them from `@scalekit-sdk/node`, beside this package or in the working directory. Throws when it is not there. */
export function loadDescriptors(): ScalekitDescriptors {
  const main = findSdk();
  const load = createRequire(main);
  const folder = join(dirname(main), 'pkg/grpc/scalekit');
  const described = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('_pb.js'))
    .flatMap((file) => Object.values(load(join(folder, file)) as Readonly<Record<string, unknown>>))
    .filter(isDescriptor);
  const errorInfo = described.find(
    (descriptor) =>
      descriptor.kind === 'message' && descriptor.typeName === 'scalekit.v1.errdetails.ErrorInfo',
  );
  if (errorInfo?.kind !== 'message')
    throw new Error(`${folder} does not describe scalekit.v1.errdetails.ErrorInfo`);
  return {
    services: described.filter((descriptor) => descriptor.kind === 'service'),
    errorInfo,
    protobuf: load('@bufbuild/protobuf') as typeof Protobuf,
    wire: load('@bufbuild/protobuf/wire') as typeof Wire,
    connect: load('@connectrpc/connect') as typeof Connect,
    grpc: load('@connectrpc/connect/protocol-grpc') as typeof Grpc,
    connectNode: load('@connectrpc/connect-node') as typeof ConnectNode,
  };
}

function findSdk(): string {
  try {
    const paths = [import.meta.dirname, process.cwd()];
    return createRequire(import.meta.url).resolve('@scalekit-sdk/node', { paths });
  } catch (cause) {
    throw new Error('gRPC needs the package @scalekit-sdk/node 2.11 or newer; install it to use it', {
      cause,
    });
  }
}

function isDescriptor(value: unknown): value is Protobuf.DescService | Protobuf.DescMessage {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value.kind === 'service' || value.kind === 'message')
  );
}
