import { oneWayCase } from './one-way.ts'

export const fanout = oneWayCase({
  name: 'fanout-500',
  about: 'one server broadcasts to 500 connections; counted where they arrive',
  transports: ['ws'],
  payloadBytes: 200,
  contestants: ['rondo-sealed', 'raw-ws', 'socket.io'],
  goals: [{ against: 'raw-ws', atLeast: 0.4 }],
  from: 'server',
  connections: 500,
  pacedPerSecond: 40,
})
