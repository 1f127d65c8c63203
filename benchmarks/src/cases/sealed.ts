import { oneWayCase } from './one-way.ts'

export const sealed = oneWayCase({
  name: 'sealed-200B',
  about: 'sendTo to handler, 200 bytes',
  transports: ['ws', 'memory'],
  payloadBytes: 200,
  contestants: ['rondo-sealed', 'raw-ws', 'raw-ws-coalesced', 'socket.io', 'libp2p'],
  goals: [
    { against: 'raw-ws', atLeast: 1 },
    { against: 'raw-ws', atLeast: 1.5 },
  ],
  from: 'client',
  connections: 1,
  pacedPerSecond: 20_000,
})
