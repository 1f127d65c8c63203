import { protocolConformance } from '@rondo/testkit/conformance/protocol'
import { describe, expect, test } from 'vitest'
import { createWeather, Echo, echoSamples, weatherSamples } from './protocol-fixtures.js'

describe('a protocol made by a definition', () => {
  protocolConformance({ describe, test, expect }, createWeather, weatherSamples)
})

describe('a protocol written by hand', () => {
  protocolConformance({ describe, test, expect }, () => new Echo(), echoSamples)
})
