import type { TransportName } from '../bench-case.ts'

// How members are linked: all to all, over one transport; or those of one process in memory, and the others over WebSockets.

interface Wiring {
  readonly transports: readonly TransportName[]
  /** Where a member listens. */
  readonly addressesAt: (seat: number) => readonly string[]
}

const anyPort = 'ws://127.0.0.1:0'
const place = (seat: number): string => `memory:member-${seat}`

export const meshes = {
  ws: { transports: ['ws'], addressesAt: () => [anyPort] },
  memory: { transports: ['memory'], addressesAt: (seat) => [place(seat)] },
  mixed: { transports: ['ws', 'memory'], addressesAt: (seat) => [anyPort, place(seat)] },
} as const satisfies Readonly<Record<string, Wiring>>

export type Mesh = keyof typeof meshes

export function isMesh(name: string): name is Mesh {
  return Object.hasOwn(meshes, name)
}
