// Where TLS ends: for each TLS listener a server that was never told to listen and is handed its connections.

import { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from 'node:tls'
import type { CertificateFiles, Front } from './messages.ts'
import { alpnProtocols, versionsOf } from './tls-policy.ts'

export interface TlsEndsOptions {
  readonly log: (line: string) => void
  /** Milliseconds for a handshake. */
  readonly patience: number
}

/** What it needs of a front. */
type Encrypted = Pick<Front, 'listenerId' | 'tls'>

interface TlsEnd {
  readonly server: Server
  /** What it was made of. */
  readonly text: string
}

interface Named {
  readonly certificate: X509Certificate
  readonly context: SecureContext
}

export class TlsEnds {
  readonly #options: TlsEndsOptions
  #ends = new Map<string, TlsEnd>()
  /** Who waits for the TLS inside a connection, by the connection's four numbers. */
  readonly #waiting = new Map<string, (stream: TLSSocket) => void>()

  constructor(options: TlsEndsOptions) {
    this.#options = options
  }

  /** Connections that are there go on with the certificate that they began with. */
  want(fronts: readonly Encrypted[], certificates: Readonly<Record<string, CertificateFiles>>): void {
    const ends = new Map<string, TlsEnd>()
    for (const { listenerId, tls } of fronts) {
      if (!tls || ends.has(listenerId)) continue
      const files = tls.certificateIds.flatMap((id) => certificates[id] ?? [])
      const text = JSON.stringify([tls, files])
      const known = this.#ends.get(listenerId)
      ends.set(listenerId, known?.text === text ? known : { text, server: this.#makeServer(tls, files) })
    }
    this.#ends = ends
  }

  /** Calls `onStream` with the TLS inside, once the handshake is done; a connection that does not come so far is reset. */
  accept({ listenerId }: Encrypted, socket: Socket, onStream: (stream: TLSSocket) => void): void {
    const end = this.#ends.get(listenerId)
    if (!end) {
      socket.resetAndDestroy()
      return
    }
    const flow = flowOf(socket)
    this.#waiting.set(flow, onStream)
    socket.once('close', () => this.#waiting.delete(flow))
    end.server.emit('connection', socket)
  }

  #makeServer(tls: NonNullable<Front['tls']>, files: readonly CertificateFiles[]): Server {
    const versions = versionsOf(tls.sslPolicy)
    const named = files.flatMap((one) => this.#named(one, versions))
    const alpn = alpnProtocols(tls.alpnPolicy)
    const [first] = files
    const server = createServer({
      ...versions,
      ...(first && { cert: first.certificate, key: first.privateKey }),
      ...(alpn && { ALPNProtocols: alpn }),
      allowHalfOpen: true,
      handshakeTimeout: this.#options.patience,
      SNICallback: (name, answer) => {
        // Without one that fits, the listener's first.
        answer(null, (named.find(({ certificate }) => certificate.checkHost(name)) ?? named[0])?.context)
      },
    })
    server.on('secureConnection', (stream) => {
      const onStream = this.#waiting.get(flowOf(stream))
      if (onStream) onStream(stream)
      else stream.destroy()
    })
    // Whoever cannot shake hands, or takes too long, is no news.
    server.on('tlsClientError', (_error, stream) => stream.destroy())
    return server
  }

  #named({ certificate, privateKey }: CertificateFiles, versions: object): Named | [] {
    try {
      const context = createSecureContext({ ...versions, cert: certificate, key: privateKey })
      return { certificate: new X509Certificate(certificate), context }
    } catch (error) {
      this.#options.log(`a certificate cannot be used: ${error instanceof Error ? error.message : error}`)
      return []
    }
  }
}

function flowOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
