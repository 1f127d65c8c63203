export { wsErrorTable } from './errors.js'
export type { WebSocketOptions } from './options.js'
export { webSocket } from './transport.js'
