// Writes docs/operations.md. Run it after adding a row to an operation table: `node scripts/generate-operations.ts`.

import { writeFileSync } from 'node:fs'
import { formatOperations, operationCoverage } from './operations-document.ts'

writeFileSync(new URL('../docs/operations.md', import.meta.url), formatOperations(operationCoverage()))
