import { transportConformance } from '@rondo/testkit/conformance/transport'
import { describe, expect, test } from 'vitest'
import { tcp } from '../examples/tcp-transport.ts'

transportConformance({ describe, test, expect }, () => ({ transport: tcp, address: 'tcp://127.0.0.1:0' }))
