export { dice } from './dice.js'
export { poll } from './poll.js'
export { sealedBid } from './sealed-bid.js'
