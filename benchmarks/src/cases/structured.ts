import { oneWayCase } from './one-way.ts'

export const structured = oneWayCase({
  name: 'structured-200B',
  about: 'the same for an object: CBOR, and a schema checked at both ends',
  transports: ['ws', 'memory'],
  payloadBytes: 200,
  contestants: ['rondo-structured', 'raw-ws'],
  goals: [{ against: 'raw-ws', atLeast: 0.5 }],
  from: 'client',
  connections: 1,
  pacedPerSecond: 20_000,
})
