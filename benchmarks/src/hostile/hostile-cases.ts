import type { BenchCase } from '../bench-case.ts'
import { garbageHandshakes, garbageMessages } from './garbage.ts'
import { halfOpenSockets } from './half-open-case.ts'
import { slowConsumer } from './slow-consumer.ts'

/** What attackers cost, in the order they run in. */
export const hostileCases: readonly BenchCase[] = [garbageMessages, garbageHandshakes, halfOpenSockets, slowConsumer]
