// What an account may do in a region: AWS's defaults, which nothing here changes.

import type { Account } from '@aws-sdk/client-api-gateway'

export function getAccount(): Account {
  return {
    throttleSettings: { burstLimit: 5000, rateLimit: 10000 },
    features: ['UsagePlans'],
    apiKeyVersion: '4',
  }
}
