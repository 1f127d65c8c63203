import type { TransportName } from '../bench-case.ts'
import { createEnds, type Ends } from '../ends/ends.ts'

// Loaded one by one, so that no process holds code that it does not run.

const contestants = {
  async 'rondo-sealed'(transport: TransportName): Promise<Ends> {
    const { createRondoSealed } = await import('./rondo-sealed.ts')
    return createEnds(createRondoSealed(transport))
  },
  async 'rondo-guarded'(transport: TransportName): Promise<Ends> {
    const { createRondoGuarded } = await import('./rondo-guarded.ts')
    return createEnds(createRondoGuarded(transport))
  },
  async 'rondo-structured'(transport: TransportName): Promise<Ends> {
    const { createRondoStructured } = await import('./rondo-structured.ts')
    return createEnds(createRondoStructured(transport))
  },
  async 'rondo-stream'(transport: TransportName): Promise<Ends> {
    const { createRondoStream } = await import('./rondo-stream.ts')
    return createEnds(createRondoStream(transport))
  },
  async 'rondo-signed'(transport: TransportName): Promise<Ends> {
    const { createRondoSigned } = await import('./rondo-signed.ts')
    return createEnds(createRondoSigned(transport))
  },
  async 'raw-ws'(): Promise<Ends> {
    const { rawWs } = await import('./raw-ws.ts')
    return createEnds(rawWs)
  },
  async 'raw-ws-coalesced'(): Promise<Ends> {
    const { rawWsCoalesced } = await import('./raw-ws-coalesced.ts')
    return createEnds(rawWsCoalesced)
  },
  async 'raw-ws-1MiB'(): Promise<Ends> {
    const { rawWs1MiB } = await import('./raw-ws-1mib.ts')
    return createEnds(rawWs1MiB)
  },
  async 'socket.io'(): Promise<Ends> {
    const { socketIo } = await import('./socket-io.ts')
    return createEnds(socketIo)
  },
  async libp2p(): Promise<Ends> {
    const { libp2p } = await import('./libp2p.ts')
    return createEnds(libp2p)
  },
  async 'libp2p-stream'(): Promise<Ends> {
    const { libp2pStream } = await import('./libp2p-stream.ts')
    return createEnds(libp2pStream)
  },
  async 'gossipsub-strictsign'(): Promise<Ends> {
    const { gossipsubStrictSign } = await import('./gossipsub-strictsign.ts')
    return createEnds(gossipsubStrictSign)
  },
}

export type ContestantName = keyof typeof contestants

export function isContestantName(name: string): name is ContestantName {
  return Object.hasOwn(contestants, name)
}

export function openEnds(name: ContestantName, transport: TransportName): Promise<Ends> {
  return contestants[name](transport)
}
