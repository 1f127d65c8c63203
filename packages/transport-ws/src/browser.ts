export { webSocket } from './browser-transport.js'
export { wsErrorTable } from './errors.js'
export type { WebSocketOptions } from './options.js'
